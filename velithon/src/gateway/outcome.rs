//! The one classification of how an attempt ended, and what the policies ask of it.
//!
//! Every attempt has exactly one outcome. Load cells and passive ejection see each attempt's; the breaker, the metrics
//! and the log see the last one of an exchange, after retries.

use http::StatusCode;

/// How an attempt at an upstream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A whole head came; the body, if it was awaited, came too.
    Ok(StatusCode),
    /// The name was not resolved, or no connection made.
    ConnectFailed,
    /// There was a connection, and the TLS handshake on it failed.
    TlsFailed,
    /// A connection out of the pool ended before the first byte of a reply: the upstream had closed it while idle.
    StaleConnection,
    /// The upstream refused the stream unprocessed: `REFUSED_STREAM`, or a `GOAWAY` below its number (RFC 9113, section 8.7).
    Refused,
    /// The connection or stream broke before a whole head had come.
    Reset,
    /// The reply breaks the protocol.
    Protocol,
    /// A limit passed.
    Timeout(Phase),
    /// The head had come, and the body ended before its end.
    UpstreamAborted,
    /// The client went away.
    ClientGone,
    /// The address must not be dialled.
    Blocked,
    /// The client's request was at fault: a broken body, or one beyond its limit.
    ClientFault,
}

/// The part of an exchange whose limit passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Making the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// From the last byte of the request to the first of the reply.
    FirstByte,
    /// Between two reads of a body.
    Idle,
    /// The whole exchange.
    Total,
    /// Waiting for a free place, before anything was sent.
    Queue,
}

/// What an outcome means to a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The upstream did its work.
    Success,
    /// The upstream failed; `connect` when it could not even be reached.
    Failure { connect: bool },
    /// The upstream wants fewer requests (429): bad for the ratio, but no failure in a row.
    Throttled,
    /// It says nothing about the upstream.
    Neither,
}

impl Outcome {
    /// Whether the upstream failed: transport, timeouts, 502, 503 and 504, and 500 when `count_500` says so.
    #[inline]
    pub(crate) const fn is_failure(self, count_500: bool) -> bool {
        match self {
            Self::Ok(status) => matches!(status.as_u16(), 502..=504) || (count_500 && status.as_u16() == 500),
            Self::ClientGone | Self::ClientFault | Self::Blocked | Self::Timeout(Phase::Queue) => false,
            _ => true,
        }
    }

    /// Whether nothing of the request can have reached the upstream, so that any method may be sent again.
    #[inline]
    pub(crate) const fn is_connect_type(self) -> bool {
        matches!(self, Self::ConnectFailed | Self::TlsFailed | Self::Timeout(Phase::Connect | Phase::Tls))
    }

    /// What the breaker makes of it.
    #[inline]
    pub(crate) const fn verdict(self, count_500: bool) -> Verdict {
        match self {
            Self::ClientGone | Self::ClientFault | Self::Blocked | Self::Timeout(Phase::Queue) => Verdict::Neither,
            Self::Ok(StatusCode::TOO_MANY_REQUESTS) => Verdict::Throttled,
            _ if self.is_failure(count_500) => Verdict::Failure { connect: self.is_connect_type() },
            _ => Verdict::Success,
        }
    }

    /// Whether it speaks against the target: what the breaker calls a failure, without those a healthy one has too.
    ///
    /// A stale connection is a matter of timing, and the total limit may be the client's own.
    #[inline]
    pub(crate) const fn is_target_failure(self) -> bool {
        self.is_failure(false) && !matches!(self, Self::StaleConnection | Self::Timeout(Phase::Total))
    }

    /// The label `reason` of the metrics, which is also the `reason` of the problem; empty for a reply that came whole.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Ok(_) => "",
            Self::ConnectFailed => "connect",
            Self::TlsFailed => "tls",
            Self::StaleConnection | Self::Refused | Self::Reset | Self::UpstreamAborted => "reset",
            Self::Protocol => "protocol",
            Self::Timeout(phase) => phase.reason(),
            Self::Blocked => "ssrf_blocked",
            Self::ClientGone => "client_gone",
            Self::ClientFault => "client",
        }
    }
}

impl Phase {
    /// The label of a limit that passed.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::FirstByte => "first_byte",
            Self::Idle => "idle",
            Self::Total => "total",
            Self::Queue => "queue",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn status(code: u16) -> Outcome {
        match StatusCode::from_u16(code) {
            Ok(status) => Outcome::Ok(status),
            Err(_) => Outcome::Protocol,
        }
    }

    #[test]
    fn gateway_errors_of_the_upstream_are_failures_and_500_only_when_asked() {
        for code in [502, 503, 504] {
            assert_eq!(status(code).verdict(false), Verdict::Failure { connect: false });
        }
        assert_eq!(status(500).verdict(false), Verdict::Success);
        assert_eq!(status(500).verdict(true), Verdict::Failure { connect: false });
        assert_eq!(status(404).verdict(true), Verdict::Success);
        assert_eq!(status(429).verdict(true), Verdict::Throttled);
    }

    #[test]
    fn a_client_that_goes_away_says_nothing_about_the_upstream() {
        for outcome in [Outcome::ClientGone, Outcome::ClientFault, Outcome::Timeout(Phase::Queue)] {
            assert_eq!(outcome.verdict(true), Verdict::Neither);
            assert!(!outcome.is_target_failure());
        }
    }

    #[test]
    fn only_what_was_never_connected_is_of_the_connect_type() {
        assert!(Outcome::Timeout(Phase::Connect).is_connect_type());
        assert!(Outcome::TlsFailed.is_connect_type());
        assert!(!Outcome::Reset.is_connect_type());
        assert!(!Outcome::Timeout(Phase::FirstByte).is_connect_type());
    }
}
