//! The error of a handler that does not want a type of its own: any error, with a status.
//!
//! What a client sees and what the log gets part ways here. A 4xx shows its detail; a 5xx shows nothing but its title,
//! and the text goes to the log with everything that caused it. `[server] reveal_causes` lifts that for one application.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Problem, problems, rejection};

/// `Ok`, or a [`velithon::Error`](Error).
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Boxed = Box<dyn StdError + Send + Sync>;

/// Any error, with the status it becomes.
///
/// `?` turns every `std::error::Error` into one: a derived problem and a rejection of an extractor keep their status,
/// everything else is a 500 whose text goes to the log only. So that `?` can do this, `Error` itself is no
/// `std::error::Error`.
///
/// ```
/// use velithon::reply::{Error, Result};
/// fn port(text: &str) -> Result<u16> {
///     let port = text.parse::<u16>()?;                        // 500, unless a status says otherwise
///     if port == 0 { return Err(Error::bad_request("port 0 is nobody's")) }
///     Ok(port)
/// }
/// assert_eq!(port("0").unwrap_err().to_problem().status, http::StatusCode::BAD_REQUEST);
/// assert_eq!(port("x").unwrap_err().to_problem().status, http::StatusCode::INTERNAL_SERVER_ERROR);
/// ```
pub struct Error {
    problem: Problem,
    /// What happened, in words; shown to a client with a 4xx only.
    text: Option<Cow<'static, str>>,
    cause: Option<Boxed>,
}

impl Error {
    /// An error of this status. `detail` is shown with a 4xx and logged with a 5xx.
    ///
    /// A status that is no error (below 400) becomes 500.
    pub fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { problem: Problem::new(status), text: Some(detail.into()), cause: None }
    }

    /// 400: the request is wrong.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: the caller is not known.
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: the caller is known, and may not.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409: something stands in the way.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 500: `detail` goes to the log.
    pub fn internal(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// 500 for what panicked; its text goes to the log.
    pub(crate) fn of_panic(what: &str, panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no text)");
        Self::internal(format!("{what} panicked: {text}"))
    }

    /// Replaces the status; one that is no error (below 400) becomes 500.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.problem = self.problem.status(status);
        self
    }

    /// Says what happened; shown with a 4xx, logged with a 5xx.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.text = Some(detail.into());
        self
    }

    /// Adds what caused it, for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Boxed>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What caused it, outermost first.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let cause: &(dyn StdError + 'static) = self.cause.as_deref()?;
        match self.text {
            Some(_) => Some(cause),
            // The error prints as its cause does, which therefore is not its source.
            None => cause.source(),
        }
    }

    /// The error it was made of, if it was an `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let cause: &(dyn StdError + 'static) = self.cause.as_deref()?;
        cause.downcast_ref()
    }

    /// The document a client gets: without the text and cause of a 5xx.
    pub fn to_problem(&self) -> Problem {
        let problem = self.problem.clone();
        match &self.text {
            Some(text) if !problem.status.is_server_error() => problem.detail(text.clone()),
            _ => problem,
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let problem = problem_of(&error).unwrap_or_else(Problem::internal);
        // A problem is all there is to it: kept as cause, it would be told twice.
        let cause = if (&error as &dyn Any).is::<Problem>() { None } else { Some(Box::new(error) as Boxed) };
        Self { problem, text: None, cause }
    }
}

/// The problem that an error stands for, if it is one or rejects a request.
pub(super) fn problem_of(error: &(dyn StdError + 'static)) -> Option<Problem> {
    problems::of(error).or_else(|| rejection::of_axum(error))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.text, &self.cause) {
            (Some(text), _) => f.write_str(text),
            (None, Some(cause)) => cause.fmt(f),
            (None, None) => self.problem.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    /// As `main` prints it: the error, then what caused it, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        for cause in chain(self.source()) {
            write!(f, "\n  caused by: {cause}")?;
        }
        Ok(())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        logged(self.to_problem(), &self, self.source()).into_response()
    }
}

/// Writes a 5xx and all its causes to the log. The problem comes back as the client may see it; the causes go with it
/// unseen, for the edge of an application that shows them.
pub(super) fn logged(problem: Problem, error: &dyn fmt::Display, source: Option<&(dyn StdError + 'static)>) -> Problem {
    if !problem.status.is_server_error() {
        return problem;
    }
    let causes: Vec<String> =
        std::iter::once(error.to_string()).chain(chain(source).map(ToString::to_string)).collect();
    tracing::error!(status = problem.status.as_u16(), error = causes.join(": "), "a request failed");
    problem.caused_by(causes)
}

fn chain<'a>(source: Option<&'a (dyn StdError + 'static)>) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    // A source that leads back to itself must not hang the log.
    std::iter::successors(source, |&error| error.source()).take(64)
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::body::to_bytes;

    use super::*;

    async fn body(error: Error) -> String {
        let response = error.into_response();
        String::from_utf8(to_bytes(response.into_body(), 65536).await.unwrap().to_vec()).unwrap()
    }

    fn secret() -> io::Error {
        io::Error::other("/etc/shadow at 10.0.0.1")
    }

    #[tokio::test]
    async fn a_foreign_error_is_a_500_that_says_nothing() {
        assert_eq!(body(Error::from(secret())).await, r#"{"title":"Internal Server Error","status":500}"#);
    }

    #[tokio::test]
    async fn a_4xx_shows_its_detail_but_not_its_cause() {
        let shown = body(Error::not_found("no such file").caused_by(secret())).await;
        assert_eq!(shown, r#"{"title":"Not Found","status":404,"detail":"no such file"}"#);
    }

    #[tokio::test]
    async fn the_text_of_a_5xx_stays_inside() {
        let shown = body(Error::new(StatusCode::BAD_GATEWAY, "10.0.0.1 is down")).await;
        assert_eq!(shown, r#"{"title":"Bad Gateway","status":502}"#);
    }

    #[test]
    fn a_problem_keeps_all_its_members() {
        let problem = Problem::conflict("taken").with("left", 0);
        assert_eq!(Error::from(problem.clone()).to_problem(), problem);
    }

    #[test]
    fn a_status_can_be_given_to_any_error() {
        let error = Error::from(secret()).status(StatusCode::NOT_FOUND);
        assert_eq!(error.to_problem(), Problem::not_found());
        assert!(error.downcast_ref::<io::Error>().is_some());
    }

    #[test]
    fn main_prints_the_error_and_its_causes_once_each() {
        let error = Error::internal("cannot start").caused_by(io::Error::other(Error::internal("x").to_string()));
        assert_eq!(format!("{error:?}"), "cannot start\n  caused by: x");
        assert_eq!(format!("{:?}", Error::from(secret())), secret().to_string());
        assert_eq!(format!("{:?}", Error::from(Problem::conflict("taken"))), "Conflict: taken");
    }

    #[test]
    fn a_string_or_a_box_can_be_the_cause() {
        let boxed: Boxed = "deep".into();
        assert_eq!(Error::internal("top").caused_by(boxed).source().unwrap().to_string(), "deep");
    }

    #[test]
    fn a_rejection_of_axum_keeps_its_status() {
        let uri = "/?page=x".parse::<http::Uri>().unwrap();
        let rejection = axum::extract::Query::<std::collections::BTreeMap<String, u8>>::try_from_uri(&uri).unwrap_err();
        let problem = Error::from(rejection).to_problem();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST);
        assert!(problem.detail.as_deref().unwrap_or_default().contains("query string"), "{problem:?}");
    }

    #[test]
    fn causes_are_seen_only_where_they_are_revealed() {
        let problem = Problem::internal().caused_by(vec!["top".into(), "deep".into()]);
        assert_eq!(problem.to_json(), Problem::internal().to_json());
        let revealed = problem.with_causes();
        assert_eq!(revealed.extension[0], ("causes".into(), serde_json::json!(["top", "deep"])));
        assert!(revealed.extension[1].1.as_str().unwrap().contains("development"));
        assert_eq!(Problem::not_found().with_causes(), Problem::not_found());
    }
}
