//! Why a request was not forwarded, or its reply not passed on; each with its status, its reason and its problem.

use std::fmt;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use super::outcome::{Outcome, Phase};
use crate::reply::Problem;

/// Why a request was not forwarded, or its reply not passed on.
///
/// As a reply it is a problem document whose member `reason` is the label of the metric: no address and no text of an
/// error ever reaches a client.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GatewayError {
    /// The circuit breaker of the upstream is open (503).
    CircuitOpen {
        /// When the next attempt may succeed.
        retry_after: Duration,
    },
    /// No place became free in time: `max_in_flight` are under way and `queue` wait (503).
    Overloaded,
    /// No target of the upstream may be used (503).
    NoTarget,
    /// No connection was made, by DNS, TCP or the refusal of the target (502).
    Connect,
    /// The TLS handshake failed (502).
    Tls,
    /// The upstream broke the connection before its reply was complete (502).
    Reset,
    /// The upstream's reply breaks the protocol (502).
    Protocol,
    /// A limit passed (504; 408 where the client itself was too slow).
    Timeout(Phase),
    /// The request has passed this gateway twice already (508).
    Loop,
    /// An `OPTIONS` that is meant for this gateway and not for its upstream (204).
    Here,
    /// `forward_to` was given an address that it must not dial (502).
    Blocked,
    /// The request cannot be forwarded as it is; the text says why and is shown (400).
    Request(&'static str),
    /// The body is longer than `body_limit` (413).
    TooLarge {
        /// The key that sets the limit.
        key: &'static str,
    },
    /// The client's body broke off or was malformed (400).
    Body,
    /// The client went away; nobody reads this reply (499).
    ClientGone,
    /// A function of the service refused it, with this problem.
    Refused(Box<Problem>),
    /// The reply cannot be changed as the gateway says (502).
    Reply(&'static str),
}

/// What the client closed before it was answered: in logs only (nginx's number).
const CLIENT_CLOSED: u16 = 499;

impl GatewayError {
    /// What an attempt that ended so is to the client.
    pub(crate) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::ConnectFailed => Self::Connect,
            Outcome::TlsFailed => Self::Tls,
            Outcome::Timeout(phase) => Self::Timeout(phase),
            Outcome::Blocked => Self::Blocked,
            Outcome::ClientGone => Self::ClientGone,
            Outcome::ClientFault => Self::Body,
            Outcome::StaleConnection | Outcome::Refused | Outcome::Reset | Outcome::UpstreamAborted => Self::Reset,
            _ => Self::Protocol,
        }
    }

    /// The status of the reply.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::CircuitOpen { .. } | Self::Overloaded | Self::NoTarget | Self::Timeout(Phase::Queue) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::Refused(problem) => problem.status,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::Here => StatusCode::NO_CONTENT,
            Self::Request(_) | Self::Body => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ClientGone => StatusCode::from_u16(CLIENT_CLOSED).unwrap_or(StatusCode::BAD_REQUEST),
            _ => StatusCode::BAD_GATEWAY,
        }
    }

    /// Why, in one word: the member `reason` of the problem and the label of the metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::CircuitOpen { .. } => "circuit_open",
            Self::Overloaded => "queue",
            Self::NoTarget => "no_target",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Protocol | Self::Reply(_) => "protocol",
            Self::Timeout(phase) => Outcome::Timeout(*phase).reason(),
            Self::Loop => "loop",
            Self::Here => "max_forwards",
            Self::Blocked => "ssrf_blocked",
            Self::Request(_) | Self::Body => "client",
            Self::Refused(_) => "refused",
            Self::TooLarge { .. } => "too_large",
            Self::ClientGone => "client_gone",
        }
    }

    /// After how many seconds a client may try again; at least one.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::CircuitOpen { retry_after } => Some(retry_after.as_secs().max(1)),
            _ => (self.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        }
    }

    /// The document a client gets.
    pub fn to_problem(&self) -> Problem {
        if let Self::Refused(problem) = self {
            return Problem::clone(problem);
        }
        let problem = Problem::new(self.status()).kind("about:blank").with("reason", self.reason());
        match self {
            Self::Request(why) => problem.detail(*why),
            Self::TooLarge { key } => problem.detail(format!("the body is longer than `{key}` allows")),
            _ => problem,
        }
    }

    /// The reply to a gRPC call: HTTP 200 whose head says how the call ended.
    pub(crate) fn into_grpc(self) -> Response {
        let code = match self.status() {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => "14",
            StatusCode::GATEWAY_TIMEOUT => "4",
            StatusCode::PAYLOAD_TOO_LARGE => "8",
            StatusCode::BAD_REQUEST => "3",
            _ => "13",
        };
        let mut reply = Response::default();
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(HeaderName::from_static("grpc-status"), HeaderValue::from_static(code));
        headers.insert(HeaderName::from_static("grpc-message"), HeaderValue::from_static(self.reason()));
        reply
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CircuitOpen { .. } => f.write_str("the circuit of the upstream is open"),
            Self::Overloaded => f.write_str("the upstream has as many requests as it may have"),
            Self::NoTarget => f.write_str("no target of the upstream may be used"),
            Self::Connect => f.write_str("the upstream could not be connected to"),
            Self::Tls => f.write_str("the TLS handshake with the upstream failed"),
            Self::Reset => f.write_str("the upstream broke the connection"),
            Self::Protocol => f.write_str("the upstream's reply breaks the protocol"),
            Self::Timeout(phase) => write!(f, "the limit `{}` passed", Outcome::Timeout(*phase).reason()),
            Self::Loop => f.write_str("the request has passed this gateway twice already"),
            Self::Here => f.write_str("the request is for the gateway itself"),
            Self::Blocked => f.write_str("the address must not be dialled"),
            Self::Request(why) => write!(f, "the request cannot be forwarded: {why}"),
            Self::TooLarge { key } => write!(f, "the body is longer than `{key}` allows"),
            Self::Refused(_) => f.write_str("a function of the service refused it"),
            Self::Body => f.write_str("the client's body broke off"),
            Self::ClientGone => f.write_str("the client went away"),
            Self::Reply(why) => write!(f, "the reply cannot be passed on: {why}"),
        }
    }
}

impl std::error::Error for GatewayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // So `?` in a handler keeps the status.
        crate::reply::__private::answer(|| self.to_problem());
        None
    }
}

impl IntoResponse for GatewayError {
    #[cold]
    fn into_response(self) -> Response {
        if self == Self::Here {
            return StatusCode::NO_CONTENT.into_response();
        }
        let mut reply = self.to_problem().into_response();
        if let Some(seconds) = self.retry_after() {
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Error;

    #[test]
    fn a_question_mark_keeps_status_and_reason() {
        let problem = Error::from(GatewayError::Timeout(Phase::FirstByte)).to_problem();
        assert_eq!(problem.status, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(problem.extension[0].1, "first_byte");
    }

    #[test]
    fn every_503_says_when_to_come_back() {
        let open = GatewayError::CircuitOpen { retry_after: Duration::from_millis(2500) };
        assert_eq!(open.into_response().headers()[RETRY_AFTER], "2");
        assert_eq!(GatewayError::Overloaded.into_response().headers()[RETRY_AFTER], "1");
        assert!(!GatewayError::Connect.into_response().headers().contains_key(RETRY_AFTER));
    }
}
