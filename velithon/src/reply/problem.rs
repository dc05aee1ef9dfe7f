//! The problem document (RFC 9457): what a client is told when something went wrong.
//!
//! A [`Problem`](struct@super::Problem) becomes a JSON response that also carries the problem itself in its extensions, so that the edge of
//! the app can add the request's id and write it as a page ([`finish`](super::finish())).
//!
//! It is what the client sees, all of it: a cause, which is nobody's business, belongs to [`Error`](super::Error).

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// A problem document. Everything in it is shown to the client.
///
/// ```
/// use velithon::reply::Problem;
/// # use http::StatusCode;
/// let sold_out = Problem::new(StatusCode::CONFLICT).title("sold out").detail("the last one went at noon").with("left", 0);
/// assert_eq!(sold_out.status, StatusCode::CONFLICT);
/// ```
#[derive(Clone, PartialEq)]
// Boxed: a `Result<T, Problem>` stays as small as its `T`.
pub struct Problem(Box<Members>);

/// The members of a [`Problem`](struct@super::Problem), to read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Members {
    /// The status of the response, 400 to 599.
    pub status: StatusCode,
    /// A URI that names the kind of problem; none means `about:blank`, which says no more than the status.
    pub kind: Option<Cow<'static, str>>,
    /// The kind in words, the same for every occurrence; none means the phrase of the status.
    pub title: Option<Cow<'static, str>>,
    /// This occurrence in words.
    pub detail: Option<Cow<'static, str>>,
    /// A URI reference of this occurrence; the edge of the app writes the path of the request.
    pub instance: Option<String>,
    /// The id under which the log holds this request; written by the edge of the app.
    pub request_id: Option<String>,
    /// Each field that is wrong, for a body or query that was refused.
    pub errors: Vec<FieldError>,
    /// Further members, in the order they were given.
    pub extension: Vec<(Cow<'static, str>, Value)>,
    /// What caused a 5xx, outermost first; no part of the document until [`Problem::with_causes`].
    causes: Vec<String>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// Where it stands (RFC 6901): `/items/0/name`; empty for the whole document.
    pub pointer: String,
    /// What is wrong with it, in words.
    pub detail: String,
    /// The same for a program: `missing`, `type`, `length`.
    pub code: Cow<'static, str>,
}

impl Problem {
    /// A problem of this status. A status that is no error (below 400) becomes 500.
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Members {
            status: error_status(status),
            kind: None,
            title: None,
            detail: None,
            instance: None,
            request_id: None,
            errors: Vec::new(),
            extension: Vec::new(),
            causes: Vec::new(),
        }))
    }

    /// 400, with what is wrong with the request.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST).detail(detail)
    }

    /// 401: the caller is not known. Its response also needs `WWW-Authenticate` (RFC 9110, section 15.5.2).
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED)
    }

    /// 403: the caller is known, and may not.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND)
    }

    /// 409, with what stands in the way.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT).detail(detail)
    }

    /// 422, with every field that is wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY);
        problem.0.errors = errors;
        problem
    }

    /// 500, saying nothing.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Replaces the status; one that is no error (below 400) becomes 500.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = error_status(status);
        self
    }

    /// The URI that names this kind of problem: the member `type`.
    #[must_use]
    pub fn kind(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = Some(uri.into());
        self
    }

    /// The kind of problem in words, the same for every occurrence.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// This occurrence in words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// A URI reference of this occurrence, in place of the path of the request.
    #[must_use]
    pub fn instance(mut self, uri: impl Into<String>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Adds a field that is wrong.
    #[must_use]
    pub fn field(
        mut self,
        pointer: impl Into<String>,
        detail: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.errors.push(FieldError { pointer: pointer.into(), detail: detail.into(), code: code.into() });
        self
    }

    /// Adds a member of your own (RFC 9457, section 3.2), or replaces the one of that name.
    ///
    /// A name of a standard member is ignored: those have methods. So is a value that cannot be written as JSON.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        const STANDARD: [&str; 7] = ["type", "title", "status", "detail", "instance", "request_id", "errors"];
        let name = name.into();
        if let (false, Ok(value)) = (STANDARD.contains(&&*name), serde_json::to_value(value)) {
            self.0.extension.retain(|(known, _)| *known != name);
            self.0.extension.push((name, value));
        }
        self
    }

    /// Keeps what caused it beside the document.
    pub(super) fn caused_by(mut self, causes: Vec<String>) -> Self {
        self.0.causes = causes;
        self
    }

    /// Shows what caused it, and says why: for development only, since causes name files, hosts and queries.
    pub(super) fn with_causes(mut self) -> Self {
        const WHY: &str = "this app runs in development; in production no client sees them";
        match std::mem::take(&mut self.0.causes) {
            none if none.is_empty() => self,
            causes => self.with("causes", causes).with("causes_shown_because", WHY),
        }
    }

    /// The title that is shown: the given one, or the phrase of the status.
    pub fn shown_title(&self) -> &str {
        self.title.as_deref().or_else(|| self.status.canonical_reason()).unwrap_or("Error")
    }

    /// The document as bytes.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // Strings and JSON values only: there is nothing in it that could fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

fn error_status(status: StatusCode) -> StatusCode {
    match status.as_u16() {
        400..=599 => status,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Deref for Problem {
    type Target = Members;

    fn deref(&self) -> &Members {
        &self.0
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(kind) = &self.kind {
            map.serialize_entry("type", kind)?;
        }
        map.serialize_entry("title", self.shown_title())?;
        map.serialize_entry("status", &self.status.as_u16())?;
        if let Some(detail) = &self.detail {
            map.serialize_entry("detail", detail)?;
        }
        if let Some(instance) = &self.instance {
            map.serialize_entry("instance", instance)?;
        }
        if let Some(id) = &self.request_id {
            map.serialize_entry("request_id", id)?;
        }
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        for (name, value) in &self.extension {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Problem {
    /// `sold out: the last one went at noon`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown_title())?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.to_json()).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.to_json()).unwrap()
    }

    #[test]
    fn a_bare_status_has_its_phrase_as_title() {
        assert_eq!(document(&Problem::not_found()), json!({"title": "Not Found", "status": 404}));
    }

    #[test]
    fn every_member_has_its_place() {
        let problem = Problem::new(StatusCode::CONFLICT)
            .kind("https://example.org/sold-out")
            .title("sold out")
            .detail("gone")
            .instance("/orders/7")
            .request_id("r1")
            .field("/count", "too many", "range")
            .with("left", 0);
        assert_eq!(
            std::str::from_utf8(&problem.to_json()).unwrap(),
            r#"{"type":"https://example.org/sold-out","title":"sold out","status":409,"detail":"gone","instance":"/orders/7","request_id":"r1","errors":[{"pointer":"/count","detail":"too many","code":"range"}],"left":0}"#
        );
    }

    #[test]
    fn an_extension_cannot_pass_for_a_standard_member() {
        let problem = Problem::not_found().with("status", 200).with("a", 1).with("a", 2);
        assert_eq!(document(&problem), json!({"title": "Not Found", "status": 404, "a": 2}));
    }

    #[test]
    fn a_problem_is_never_a_success() {
        assert_eq!(Problem::new(StatusCode::OK).status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(Problem::not_found().status(StatusCode::FOUND).status, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn the_response_carries_the_problem_for_the_edge() {
        let response = Problem::forbidden().into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.extensions().get::<Problem>(), Some(&Problem::forbidden()));
    }
}
