//! `Json<T>`: a body that is read into a type, and a value that is written as one.
//!
//! Reading and writing are [`crate::json`]'s; this file knows the media type, the size limit and the problem that
//! each refusal becomes.

use std::ops::{Deref, DerefMut};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Problem, batch, error};
use crate::json::{self, EncodeError, Refusal, ToJson};
use crate::route::FromBody;

/// A JSON body: as an argument it is read, as a return value written.
///
/// # Errors
/// As an argument: 415 when the media type is not `application/json` or `+json` (RFC 6839), 413 when the body is over
/// the limit (2 MiB, unless the route says otherwise), 400 when it is no JSON or nested deeper than
/// [`MAX_DEPTH`](crate::json::MAX_DEPTH), with line, column and pointer of the place, and 422 when it is not a `T`,
/// with the pointer of the value. As a return value: 500 when the value has no JSON; the log says why.
///
/// # How it is written
/// A type with [`ToJson`] is written by that, every other by its `Serialize`; both give the same text. A handler whose
/// return type is `Json<Vec<_>>`, or a `Result` of it, under whatever alias, is encoded on several cores when the list is
/// long (see [`JsonBatch`](super::JsonBatch)), if its elements are `Send + Sync + 'static`.
///
/// The route attribute sees the return type itself. Inside a tuple or `impl IntoResponse`, and in a reply
/// that no attribute made, `Serialize` writes it, on one core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Self::accept(request.headers())?;
        let body = Bytes::from_request(request, state).await;
        Self::from_body(body.map_err(|rejection| unread(rejection.status() == StatusCode::PAYLOAD_TOO_LARGE))?)
    }
}

impl<T: DeserializeOwned> FromBody for Json<T> {
    fn accept(headers: &HeaderMap) -> Result<(), Problem> {
        require_json(headers)
    }

    fn from_body(body: Bytes) -> Result<Self, Problem> {
        json::from_slice(&body).map(Self).map_err(refused)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        response(json::to_bytes(&self.0))
    }
}

/// A route whose return type shows that `T` has a writer of its own replies by this.
impl<T: ToJson> Json<T> {
    pub(crate) fn written(self) -> Response {
        response(json::encode(&self.0))
    }
}

/// A route whose return type shows that it is a list that threads can share replies by these.
impl<T: Send + Sync + 'static> Json<Vec<T>> {
    pub(crate) fn written_list(self) -> Response
    where
        T: ToJson,
    {
        batch::list(self.0, T::write_json)
    }

    pub(crate) fn serialized_list(self) -> Response
    where
        T: Serialize,
    {
        batch::list(self.0, json::serialized)
    }
}

/// The reply with this text, or the 500 for a value that has none.
pub(super) fn response(text: Result<Bytes, EncodeError>) -> Response {
    match text {
        Ok(text) => with_type(text.into()),
        Err(failure) => failed(&failure),
    }
}

pub(super) fn with_type(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) fn failed(failure: &EncodeError) -> Response {
    error::logged(Problem::internal(), failure, None).into_response()
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if given.is_some_and(is_json) {
        return Ok(());
    }
    let detail = match given {
        Some(given) => format!("the body is `{given}`; send `content-type: application/json`"),
        None => "the body has no media type; send `content-type: application/json`".to_owned(),
    };
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(detail))
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    essence == "application/json" || subtype.len() > "+json".len() && subtype.ends_with("+json")
}

/// What is wrong with a body that was not read to its end.
pub(crate) fn unread(too_large: bool) -> Problem {
    if too_large {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE).detail("the body is larger than this route accepts");
    }
    // The connection broke, or lied about its length: whoever sent it is hardly still there.
    Problem::bad_request("the body could not be read to its end")
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Syntax { line, column, pointer, detail } => {
            malformed(format!("malformed JSON at line {line}, column {column}: {detail}"), line, column)
                .field(pointer, detail, "syntax")
        }
        Refusal::Depth { line, column, pointer } => {
            let detail = format!("nested deeper than {} levels", json::MAX_DEPTH);
            malformed(format!("{detail} at line {line}, column {column}"), line, column).field(pointer, detail, "depth")
        }
        Refusal::Shape { pointer, detail, code } => Problem::invalid(Vec::new())
            .detail("the body is JSON, but not what this route expects")
            .field(pointer, detail, code),
    }
}

fn malformed(detail: String, line: usize, column: usize) -> Problem {
    Problem::bad_request(detail).with("line", line).with("column", column)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::body::to_bytes;
    use axum::extract::DefaultBodyLimit;
    use serde::Deserialize;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;

    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    struct User {
        name: String,
        age: u8,
    }

    fn request(media_type: Option<&str>, body: impl Into<Body>) -> Request {
        let request = http::Request::post("/");
        let request = media_type.into_iter().fold(request, |request, kind| request.header(CONTENT_TYPE, kind));
        request.body(body.into()).unwrap()
    }

    async fn read(body: &'static str) -> Result<User, Problem> {
        Json::from_request(request(Some("application/json"), body), &()).await.map(|Json(user)| user)
    }

    #[tokio::test]
    async fn a_body_is_read() {
        assert_eq!(read(r#"{"name": "Ada", "age": 36}"#).await, Ok(User { name: "Ada".into(), age: 36 }));
    }

    #[tokio::test]
    async fn malformed_json_is_400_with_its_place() {
        let problem = read("{\"name\":\n  \"Ada\", \"age\": }").await.unwrap_err();
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            json!({
                "title": "Bad Request", "status": 400, "line": 2, "column": 17,
                "detail": "malformed JSON at line 2, column 17: expected value",
                "errors": [{"pointer": "/age", "detail": "expected value", "code": "syntax"}],
            })
        );
    }

    #[tokio::test]
    async fn json_of_another_shape_is_422_with_its_pointer() {
        let problem = read(r#"{"name": "Ada", "age": "old"}"#).await.unwrap_err();
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        let expected = Problem::invalid(vec![]).field("/age", "invalid type: string \"old\", expected u8", "type");
        assert_eq!(problem.errors, expected.errors);
    }

    #[tokio::test]
    async fn a_depth_bomb_is_400() {
        let problem =
            Json::<Value>::from_request(request(Some("application/json"), "[".repeat(200)), &()).await.unwrap_err();
        assert_eq!((problem.status, &*problem.errors[0].code), (StatusCode::BAD_REQUEST, "depth"));
    }

    #[tokio::test]
    async fn another_media_type_is_415() {
        for kind in [None, Some("text/plain"), Some("application/jsonp"), Some("application/+json"), Some("json")] {
            let problem = Json::<Value>::from_request(request(kind, "{}"), &()).await.unwrap_err();
            assert_eq!(problem.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
        }
    }

    #[tokio::test]
    async fn every_spelling_of_json_is_read() {
        for kind in ["application/json", "Application/JSON ; charset=utf-8", "application/merge-patch+json"] {
            assert!(Json::<Value>::from_request(request(Some(kind), "{}"), &()).await.is_ok(), "{kind}");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413() {
        let app = axum::Router::new()
            .route("/", axum::routing::post(|Json(value): Json<Value>| async move { Json(value) }))
            .layer(DefaultBodyLimit::max(4));
        let reply = app.clone().oneshot(request(Some("application/json"), "[1,2]")).await.unwrap();
        assert_eq!(reply.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert!(reply.extensions().get::<Problem>().is_some());
        let reply = app.oneshot(request(Some("application/json"), "[12]")).await.unwrap();
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(to_bytes(reply.into_body(), 99).await.unwrap(), "[12]");
    }

    #[tokio::test]
    async fn a_value_without_json_is_a_500_that_says_nothing() {
        let reply = Json(BTreeMap::from([(vec!["secret"], 1)])).into_response();
        assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(reply.into_body(), 999).await.unwrap();
        assert_eq!(body, r#"{"title":"Internal Server Error","status":500}"#);
    }
}
