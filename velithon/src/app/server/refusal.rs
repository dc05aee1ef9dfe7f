//! What the server answers by itself, before or instead of the application.

use axum::body::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// Why the server answers without asking the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The head of a request did not arrive in time.
    SlowHead,
    /// As many requests are in flight as are allowed.
    Overloaded,
}

impl Refusal {
    /// 408 or 503.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::SlowHead => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The plain answer: a problem document (RFC 9457); with `Retry-After: 1` when the load is to blame.
    pub fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.document()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self == Self::Overloaded {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    const fn document(self) -> &'static str {
        match self {
            Self::SlowHead => {
                r#"{"type":"about:blank","title":"Request Timeout","status":408,"detail":"the head of the request took too long"}"#
            }
            Self::Overloaded => {
                r#"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many requests are in flight"}"#
            }
        }
    }
}
