//! Why the target of a request leads nowhere, whatever the routes are.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::reply::Problem;

/// What is wrong with the target of a request, or with asking for it by this method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetFault {
    /// It has no path, and the method needs one (RFC 9112, section 3.2).
    NoPath,
    /// A `\`, which some programs read as a slash.
    Backslash,
    /// A percent sign without two hexadecimal digits (RFC 3986, section 2.1).
    Escape,
    /// A percent-encoded NUL, line feed, carriage return or DEL.
    Control,
    /// Dot segments that lead out of the root.
    AboveRoot,
    /// TRACE with a body (RFC 9110, section 9.3.8).
    TraceContent,
    /// CONNECT: nothing is tunnelled here (RFC 9110, section 9.3.6).
    Tunnel,
}

impl TargetFault {
    /// 405 for CONNECT, else 400.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Tunnel => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::NoPath => "the request target has no path",
            Self::Backslash => "the path holds a backslash",
            Self::Escape => "the path holds a percent sign without two hexadecimal digits behind it",
            Self::Control => "the path holds a percent-encoded control character",
            Self::AboveRoot => "the path leads above its root",
            Self::TraceContent => "a TRACE request has no content",
            Self::Tunnel => "this service opens no tunnels",
        }
    }
}

impl fmt::Display for TargetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for TargetFault {}

impl IntoResponse for TargetFault {
    fn into_response(self) -> Response {
        let mut reply = Problem::new(self.status()).detail(self.detail()).into_response();
        if self == Self::Tunnel {
            // Required beside a 405; empty, since a host and a port are no resource of ours (RFC 9110, section 10.2.1).
            reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static(""));
        }
        reply
    }
}
