//! How a return value becomes a response, and how everything that goes wrong becomes a problem document.
//!
//! A handler's value passes through [`Reply`]; an error of any kind ends as a [`Problem`](struct@Problem) in the extensions of its
//! response, and [`finish`], at the edge of the app, writes it in the form that the client prefers.
//!
//! Nothing here knows routes or middleware: [`RequestFacts`] carries the little that a reply depends on.
#![doc = include_str!("../docs/errors.md")]

pub(crate) mod accept;
mod batch;
mod carry;
mod error;
mod finish;
mod html;
mod json;
mod preencoded;
mod problem;
mod problems;
mod rejection;
mod stream;
mod valid;

#[cfg(test)]
mod derived;

pub use batch::JsonBatch;
pub use error::{Error, Result};
pub use finish::{ErrorHook, RequestFacts, finish};
pub use json::Json;
pub(crate) use json::unread;
pub use preencoded::Preencoded;
pub use problem::{FieldError, Members, Problem};
pub use problems::{ProblemRecord, Problems};
pub use rejection::into_problem;
pub use stream::JsonStream;
pub use valid::{Valid, Validated};
pub use velithon_macros::Problem;

use axum::body::Body;
use axum::response::IntoResponse;
pub use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};

/// What generated code names; no part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use super::carry::answer;
    pub use super::problems::{
        Cause, CauseOfAny, CauseOfError, CauseOfOurs, CauseOfRef, Inner, InnerRecords, concat, log_and_reply, total,
    };
    pub use axum::response::{IntoResponse, Response};
    pub use serde::Serialize;
}

/// What a handler may return: anything that axum can make a response of.
///
/// Implement axum's `IntoResponse` for a type, and it is a reply too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reply",
    label = "no response can be made of this",
    note = "return `Json(value)` of a type with `#[derive(Serialize)]`, `String`, `StatusCode`, `Response`, a tuple of status, headers and body, or a `Result` of them",
    note = "the error of a `Result` needs `#[derive(Problem)]`, or is `velithon::Error`"
)]
pub trait Reply {
    /// The response of this value. `status` is the one written at the route; it replaces 200 and no other.
    ///
    /// A 204, 205 or 304 loses its body and the fields that describe it (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5).
    fn reply(self, status: Option<StatusCode>) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> Reply for T {
    #[inline]
    fn reply(self, status: Option<StatusCode>) -> Response {
        with_status(self.into_response(), status)
    }
}

/// A type that [`Json`] can reply with: any that serde can serialise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as JSON",
    label = "has no `Serialize`",
    note = "add `#[derive(Serialize)]` to it; serde stands in Cargo.toml with its feature `derive`"
)]
pub trait Writable {
    /// Named by generated code.
    const ASSERTED: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize + ?Sized> Writable for T {}

fn with_status(mut response: Response, status: Option<StatusCode>) -> Response {
    if let (StatusCode::OK, Some(status)) = (response.status(), status) {
        *response.status_mut() = status;
    }
    match response.status() {
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => without_body(response),
        _ => response,
    }
}

fn without_body(mut response: Response) -> Response {
    for name in [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING] {
        response.headers_mut().remove(name);
    }
    *response.body_mut() = Body::empty();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_status_replaces_200_only() {
        assert_eq!("made".reply(Some(StatusCode::CREATED)).status(), StatusCode::CREATED);
        let taken = (StatusCode::CONFLICT, "taken").reply(Some(StatusCode::CREATED));
        assert_eq!(taken.status(), StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn a_204_has_no_body_and_no_content_type() {
        let reply = "gone".reply(Some(StatusCode::NO_CONTENT));
        assert!(!reply.headers().contains_key(CONTENT_TYPE));
        assert!(axum::body::to_bytes(reply.into_body(), 9).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_200_keeps_its_body() {
        let reply = "here".reply(None);
        assert!(reply.headers().contains_key(CONTENT_TYPE));
        assert_eq!(axum::body::to_bytes(reply.into_body(), 9).await.unwrap(), "here");
    }
}
