//! What the access log says of a request that was sent on, beside what it says of every request.
//!
//! Times are taken only while a line will be written. The exchange leaves its [`Forwarded`] with the request when it is
//! over, whoever ended it; the line follows with the end of the request itself.

use std::sync::Arc;
use std::time::Duration;

use super::error::GatewayError;
use super::outcome::{Outcome, Phase};
use super::target::Target;
use super::time::Moment;
use super::upstream::UpstreamState;
use crate::middleware::builtin::access_log::UpstreamFields;
use crate::route::Notes;

/// How the exchange of one request ended.
#[derive(Debug)]
pub(crate) struct Forwarded {
    pub(crate) upstream: Arc<str>,
    /// The last one that was tried.
    pub(crate) target: Option<Arc<Target>>,
    pub(crate) attempts: u32,
    pub(crate) end: EndCode,
    /// Why the reply was not passed on whole; empty when it was.
    pub(crate) reason: &'static str,
    /// How long it waited for a place in flight.
    pub(crate) queue: Duration,
    /// How long the connections took that were made for it.
    pub(crate) connect: Duration,
    /// From its beginning to the head of the reply.
    pub(crate) first_byte: Option<Duration>,
    pub(crate) total: Duration,
    /// Bytes of the request's body that the upstream was sent.
    pub(crate) sent: u64,
    /// Bytes of the reply's body that came from it.
    pub(crate) received: u64,
}

impl Forwarded {
    /// The fields of its line.
    pub(crate) fn fields(&self) -> UpstreamFields<'_> {
        UpstreamFields {
            upstream: Some(&self.upstream),
            target: self.target.as_ref().map(|target| target.label()),
            attempts: Some(self.attempts),
            end: Some(self.end.as_str()),
            reason: Some(self.reason).filter(|reason| !reason.is_empty()),
            queue: Some(self.queue),
            connect: Some(self.connect),
            first_byte: self.first_byte,
            total: Some(self.total),
            sent: Some(self.sent),
            received: Some(self.received),
        }
    }
}

/// Who ended an exchange, in which phase, after how many retries, on which connection: `--0r` for one that went well, `UC2-`
/// for a target that could not be connected to three times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndCode([u8; 4]);

/// How far an exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The request is read and looked at.
    Request,
    /// It waits for a place in flight.
    Queue,
    /// It waits for a connection.
    Connect,
    /// It is sent, and the head of the reply waited for.
    Head,
    /// The body of the reply passes.
    Data,
    /// Bytes pass in both directions.
    Tunnel,
}

/// The connection of the last attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    None,
    New,
    Reused,
}

impl EndCode {
    /// The end of an exchange; `outcome` is that of the last attempt.
    pub(crate) fn new(outcome: Outcome, stage: Stage, attempts: u32, connection: Connection) -> Self {
        let (who, phase) = match outcome {
            Outcome::Ok(_) => (b'-', b'-'),
            Outcome::ClientGone => (b'C', stage.letter()),
            Outcome::ClientFault => (b'C', Stage::Request.letter()),
            Outcome::Timeout(Phase::Queue) => (b'G', Stage::Queue.letter()),
            Outcome::Blocked | Outcome::Timeout(Phase::Total) => (b'G', stage.letter()),
            _ => (b'U', stage.letter()),
        };
        Self([who, phase, digit(attempts.saturating_sub(1)), connection.letter()])
    }

    /// The end of a request that no upstream saw.
    fn refused(error: &GatewayError) -> Self {
        let stage = match error {
            GatewayError::CircuitOpen { .. } | GatewayError::Overloaded | GatewayError::NoTarget => Stage::Queue,
            _ => Stage::Request,
        };
        let who = if error.status().is_client_error() { b'C' } else { b'G' };
        Self([who, stage.letter(), digit(0), Connection::None.letter()])
    }

    pub(crate) fn as_str(&self) -> &str {
        // Made of letters above.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The number of retries in one digit; 9 is nine or more.
fn digit(retries: u32) -> u8 {
    b'0' + u8::try_from(retries.min(9)).unwrap_or(9)
}

impl Stage {
    const fn letter(self) -> u8 {
        match self {
            Self::Request => b'R',
            Self::Queue => b'Q',
            Self::Connect => b'C',
            Self::Head => b'H',
            Self::Data => b'D',
            Self::Tunnel => b'T',
        }
    }
}

impl Connection {
    const fn letter(self) -> u8 {
        match self {
            Self::None => b'-',
            Self::New => b'n',
            Self::Reused => b'r',
        }
    }
}

/// The times of one exchange, while a line will be written.
#[derive(Debug)]
pub(crate) struct Times {
    notes: Arc<Notes>,
    upstream: Arc<str>,
    pub(super) queue: Duration,
    pub(super) connect: Duration,
    pub(super) first_byte: Option<Duration>,
    /// When the last attempt began.
    pub(super) attempt: Moment,
}

impl Times {
    /// Takes times when the request has a line in the access log.
    #[inline]
    pub(crate) fn of(notes: Option<Arc<Notes>>, upstream: &UpstreamState) -> Option<Box<Self>> {
        let notes = notes.filter(|notes| notes.line.get().is_some())?;
        Some(Self::boxed(notes, Arc::clone(upstream.name())))
    }

    #[cold]
    fn boxed(notes: Arc<Notes>, upstream: Arc<str>) -> Box<Self> {
        let (queue, connect) = (Duration::ZERO, Duration::ZERO);
        Box::new(Self { notes, upstream, queue, connect, first_byte: None, attempt: Moment::default() })
    }

    pub(super) fn upstream(&self) -> &Arc<str> {
        &self.upstream
    }

    /// Leaves with the request how its exchange ended.
    pub(crate) fn leave(&self, forwarded: Forwarded) {
        // A handler may have sent it on twice: the line is about the first time.
        let _ = self.notes.forwarded.set(forwarded);
    }
}

/// Tells of a request that was refused before any upstream was asked.
#[cold]
pub(crate) fn refused(upstream: &UpstreamState, notes: Option<&Notes>, error: &GatewayError) {
    if let Some(series) = upstream.series() {
        series.refused(error.status().as_u16(), error.reason());
    }
    if let Some(notes) = notes.filter(|notes| notes.line.get().is_some()) {
        let nothing = Duration::ZERO;
        let _ = notes.forwarded.set(Forwarded {
            upstream: Arc::clone(upstream.name()),
            target: None,
            attempts: 0,
            end: EndCode::refused(error),
            reason: error.reason(),
            queue: nothing,
            connect: nothing,
            first_byte: None,
            total: nothing,
            sent: 0,
            received: 0,
        });
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn code(outcome: Outcome, stage: Stage, attempts: u32, connection: Connection) -> String {
        EndCode::new(outcome, stage, attempts, connection).as_str().to_owned()
    }

    #[test]
    fn an_end_says_who_when_after_how_many_retries_and_on_what() {
        let ok = Outcome::Ok(StatusCode::OK);
        assert_eq!(code(ok, Stage::Data, 1, Connection::Reused), "--0r");
        assert_eq!(code(ok, Stage::Tunnel, 3, Connection::New), "--2n");
        assert_eq!(code(Outcome::ConnectFailed, Stage::Connect, 3, Connection::None), "UC2-");
        assert_eq!(code(Outcome::Timeout(Phase::FirstByte), Stage::Head, 1, Connection::New), "UH0n");
        assert_eq!(code(Outcome::ClientGone, Stage::Head, 1, Connection::Reused), "CH0r");
        assert_eq!(code(Outcome::UpstreamAborted, Stage::Data, 12, Connection::Reused), "UD9r");
        assert_eq!(code(Outcome::ClientFault, Stage::Head, 1, Connection::New), "CR0n");
        assert_eq!(code(Outcome::Timeout(Phase::Total), Stage::Data, 1, Connection::New), "GD0n");
        assert_eq!(code(Outcome::Timeout(Phase::Queue), Stage::Queue, 0, Connection::None), "GQ0-");
    }

    #[test]
    fn what_no_upstream_saw_was_ended_by_the_client_or_by_us() {
        let refused = |error| EndCode::refused(&error).as_str().to_owned();
        assert_eq!(refused(GatewayError::CircuitOpen { retry_after: Duration::ZERO }), "GQ0-");
        assert_eq!(refused(GatewayError::TooLarge { key: "body_limit" }), "CR0-");
        assert_eq!(refused(GatewayError::Loop), "GR0-");
    }
}
