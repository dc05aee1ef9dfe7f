//! What an extractor refused, as a problem: axum's rejections are plain text, ours are documents.
//!
//! A rejection reaches the app as a finished response, so its text is read back, 8 KiB at most. What is no plain text
//! (a redirect, JSON, a problem) is somebody's own answer and stays as it is.

use std::error::Error as StdError;

use axum::body::Body;
use axum::extract::rejection::{
    BytesRejection, ExtensionRejection, FormRejection, JsonRejection, PathRejection, QueryRejection, StringRejection,
};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;

use super::Problem;
use super::finish::over;

/// The most of a rejection's text that is read: 8 KiB.
const MAX_TEXT: usize = 8 * 1024;

/// A rejection as a problem of the same status, its fields kept.
///
/// The text of a 4xx becomes the detail; that of a 5xx goes to the log. Text over 8 KiB is left out. A response that
/// is no error, or has a body other than plain text, passes unchanged.
pub async fn into_problem(response: Response) -> Response {
    if !is_plain_rejection(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = axum::body::to_bytes(body, MAX_TEXT).await.unwrap_or_default();
    let problem = described(head.status, String::from_utf8_lossy(&text).into_owned());
    over(Response::from_parts(head, Body::empty()), problem.into_response())
}

fn is_plain_rejection(response: &Response) -> bool {
    let status = response.status();
    let error = status.is_client_error() || status.is_server_error();
    error && response.extensions().get::<Problem>().is_none() && is_plain(response)
}

/// Text, or nothing at all, as when a status alone is the rejection.
fn is_plain(response: &Response) -> bool {
    match content_type(response.headers()) {
        Some(kind) => kind.starts_with("text/plain"),
        None => response.body().is_end_stream(),
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default())
}

fn described(status: StatusCode, text: String) -> Problem {
    let problem = Problem::new(status);
    if text.is_empty() {
        return problem;
    }
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), error = text, "an extractor failed");
        return problem;
    }
    problem.detail(text)
}

/// The problem of an axum rejection that somebody turned into an error with `?`.
pub(super) fn of_axum(error: &(dyn StdError + 'static)) -> Option<Problem> {
    macro_rules! first_of {
        ($($rejection:ty),* $(,)?) => {
            $(if let Some(rejection) = error.downcast_ref::<$rejection>() {
                return Some(described(rejection.status(), rejection.body_text()));
            })*
        };
    }
    first_of!(
        QueryRejection,
        FormRejection,
        JsonRejection,
        PathRejection,
        BytesRejection,
        StringRejection,
        ExtensionRejection,
    );
    None
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::HeaderValue;
    use http::header::{LOCATION, WWW_AUTHENTICATE};

    use super::*;

    async fn converted(rejection: impl IntoResponse) -> (StatusCode, HeaderMap, String) {
        let (head, body) = into_problem(rejection.into_response()).await.into_parts();
        let body = to_bytes(body, 65536).await.unwrap();
        (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_text_of_a_rejection_is_the_detail() {
        let (status, headers, body) = converted((StatusCode::BAD_REQUEST, "page: not a number")).await;
        assert_eq!(
            (status, &headers[CONTENT_TYPE]),
            (StatusCode::BAD_REQUEST, &HeaderValue::from_static("application/problem+json"))
        );
        assert_eq!(body, r#"{"title":"Bad Request","status":400,"detail":"page: not a number"}"#);
    }

    #[tokio::test]
    async fn the_edge_still_finds_the_problem() {
        let response = into_problem((StatusCode::BAD_REQUEST, "x").into_response()).await;
        assert_eq!(response.extensions().get(), Some(&Problem::bad_request("x")));
    }

    #[tokio::test]
    async fn the_text_of_a_5xx_is_not_told() {
        let (_, _, body) = converted((StatusCode::INTERNAL_SERVER_ERROR, "missing extension db::Pool")).await;
        assert_eq!(body, r#"{"title":"Internal Server Error","status":500}"#);
    }

    #[tokio::test]
    async fn a_bare_status_is_a_problem_too() {
        let (_, headers, body) = converted((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")])).await;
        assert_eq!(
            (&headers[WWW_AUTHENTICATE], body.as_str()),
            (&HeaderValue::from_static("Bearer"), r#"{"title":"Unauthorized","status":401}"#)
        );
    }

    #[tokio::test]
    async fn somebodys_own_answer_stays() {
        let (_, headers, _) = converted((StatusCode::SEE_OTHER, [(LOCATION, "/login")])).await;
        assert!(!headers.contains_key(CONTENT_TYPE));
        let (_, _, body) = converted((StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/json")], "{}")).await;
        assert_eq!(body, "{}");
        let (_, _, body) = converted((StatusCode::OK, "fine")).await;
        assert_eq!(body, "fine");
    }

    #[tokio::test]
    async fn a_long_text_is_left_out() {
        let (status, _, body) = converted((StatusCode::BAD_REQUEST, "x".repeat(MAX_TEXT + 1))).await;
        assert_eq!((status, body.as_str()), (StatusCode::BAD_REQUEST, r#"{"title":"Bad Request","status":400}"#));
    }
}
