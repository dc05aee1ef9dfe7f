//! What the server answers by itself, before or instead of the application.

use axum::body::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// Why the server answers without asking the application, or in place of what the application said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The head of a request did not arrive in time.
    SlowHead,
    /// The body of a request came too slowly.
    SlowBody,
    /// The body of a request broke the rules of its framing, or ended early.
    BrokenBody,
    /// As many requests are in flight as are allowed.
    Overloaded,
    /// A request names no host, several, or one that is none (RFC 9112, section 3.2; RFC 9113, section 8.3.1).
    Host,
    /// A transfer coding other than chunked (RFC 9112, section 6.1).
    TransferCoding,
    /// An expectation other than `100-continue` (RFC 9110, section 10.1.1).
    Expectation,
    /// The target is longer than is allowed (RFC 9110, section 15.5.15).
    LongTarget,
    /// There are more fields than are allowed (RFC 6585, section 5).
    ManyFields,
}

impl Refusal {
    /// 503 when the load is to blame, else a 4xx, or 501 for a coding.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::SlowHead | Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenBody | Self::Host => StatusCode::BAD_REQUEST,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::TransferCoding => StatusCode::NOT_IMPLEMENTED,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::LongTarget => StatusCode::URI_TOO_LONG,
            Self::ManyFields => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
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

    fn document(self) -> String {
        let (status, detail) = (self.status(), self.detail());
        let (code, title) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
        format!(r#"{{"type":"about:blank","title":"{title}","status":{code},"detail":"{detail}"}}"#)
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::SlowHead => "the head of the request took too long",
            Self::SlowBody => "the body of the request came too slowly",
            Self::BrokenBody => "the body of the request is not framed as its head says",
            Self::Overloaded => "too many requests are in flight",
            Self::Host => "the request must name one host that is valid",
            Self::TransferCoding => "the only transfer coding that is read here is chunked",
            Self::Expectation => "the only expectation that can be met is 100-continue",
            Self::LongTarget => "the request target is too long",
            Self::ManyFields => "the request has too many fields",
        }
    }

    /// Whether the connection ends with the answer, since what comes next on it may not be what the client meant.
    pub(super) fn ends_connection(self) -> bool {
        !matches!(self, Self::Overloaded | Self::Expectation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_problem_document() {
        let document: serde_json::Value = serde_json::from_str(&Refusal::Host.document()).unwrap();
        assert_eq!((&document["status"], &document["title"]), (&400.into(), &"Bad Request".into()));
    }
}
