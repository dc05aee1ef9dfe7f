//! `Valid<E>`: what an extractor gave, checked against the rules of its type.
//!
//! The extractor runs first and may refuse on its own; then garde checks the value, all of it, and every field that
//! fails is listed. The rules themselves stand on the type, as `#[garde(..)]`.
//!
//! A pointer is made of the names of the Rust fields: a field that serde renames is reported under its Rust name.

use std::ops::Deref;

use axum::extract::{Form, FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use garde::Validate;
use http::HeaderMap;
use http::request::Parts;

use super::{FieldError, Json, Problem, into_problem};
use crate::json::push_token;
use crate::route::FromBody;

/// An extractor whose value has been checked: `Valid<Json<NewUser>>`, `Valid<Query<Page>>`, `Valid<Form<Login>>`.
///
/// It derefs to the value itself, and [`into_inner`](Self::into_inner) gives it away.
///
/// # Errors
/// What the extractor refuses, as a problem; then 422 with `errors: [{pointer, detail, code}]`, one entry per broken
/// rule.
#[derive(Debug, Clone, Copy)]
pub struct Valid<E>(E);

/// An extractor that holds a value [`Valid`] can check. Implement it for your own to use them in `Valid<..>`.
pub trait Validated {
    /// The value inside.
    type Value;

    /// Shows the value.
    fn value(&self) -> &Self::Value;

    /// Gives the value away.
    fn into_value(self) -> Self::Value;
}

macro_rules! validated {
    ($($extractor:ident),*) => {
        $(impl<T> Validated for $extractor<T> {
            type Value = T;

            fn value(&self) -> &T {
                &self.0
            }

            fn into_value(self) -> T {
                self.0
            }
        })*
    };
}

validated!(Json, Query, Form, Path);

impl<T> Validated for axum::Json<T> {
    type Value = T;

    fn value(&self) -> &T {
        &self.0
    }

    fn into_value(self) -> T {
        self.0
    }
}

impl<E: Validated> Valid<E> {
    /// Checks what `extractor` holds; also the way to call a handler from a unit test.
    ///
    /// # Errors
    /// A 422 that lists every broken rule.
    pub fn check(extractor: E) -> Result<Self, Problem>
    where
        E::Value: Validate<Context = ()>,
    {
        match extractor.value().validate() {
            Ok(()) => Ok(Self(extractor)),
            Err(report) => Err(invalid(&report)),
        }
    }

    /// The value, without the extractor around it.
    pub fn into_inner(self) -> E::Value {
        self.0.into_value()
    }
}

impl<E: Validated> Deref for Valid<E> {
    type Target = E::Value;

    fn deref(&self) -> &E::Value {
        self.0.value()
    }
}

impl<E> FromBody for Valid<E>
where
    E: FromBody + Validated,
    E::Value: Validate<Context = ()>,
{
    fn accept(headers: &HeaderMap) -> Result<(), Problem> {
        E::accept(headers)
    }

    fn from_body(body: Bytes) -> Result<Self, Problem> {
        Self::check(E::from_body(body)?)
    }
}

impl<E, S> FromRequest<S> for Valid<E>
where
    E: FromRequest<S> + Validated + Send,
    E::Value: Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        // A rejection need not be `Send`: it becomes a response before anything is awaited.
        match E::from_request(request, state).await.map_err(IntoResponse::into_response) {
            Ok(extractor) => Self::check(extractor).map_err(IntoResponse::into_response),
            Err(refused) => Err(into_problem(refused).await),
        }
    }
}

impl<E, S> FromRequestParts<S> for Valid<E>
where
    E: FromRequestParts<S> + Validated + Send,
    E::Value: Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        // A rejection need not be `Send`: it becomes a response before anything is awaited.
        match E::from_request_parts(parts, state).await.map_err(IntoResponse::into_response) {
            Ok(extractor) => Self::check(extractor).map_err(IntoResponse::into_response),
            Err(refused) => Err(into_problem(refused).await),
        }
    }
}

fn invalid(report: &garde::Report) -> Problem {
    let errors = report.iter().map(|(path, error)| FieldError {
        pointer: pointer(path),
        detail: error.message().to_owned(),
        code: code(error.message()).into(),
    });
    Problem::invalid(errors.collect()).detail("some fields are not valid")
}

/// garde shows the parts of a path only to serde: a list of (kind, name), outermost first.
fn pointer(path: &garde::Path) -> String {
    let parts: Vec<(String, String)> =
        serde_json::to_value(path).ok().and_then(|parts| serde_json::from_value(parts).ok()).unwrap_or_default();
    let mut pointer = String::new();
    // The one field of a newtype has no name in JSON either.
    for (_, name) in parts.iter().filter(|(kind, _)| kind != "none") {
        push_token(&mut pointer, name);
    }
    pointer
}

/// The rule that was broken, by garde's English sentence for it; a sentence of the user's own is `invalid`.
fn code(message: &str) -> &'static str {
    const RULES: [(&str, &str); 16] = [
        ("length is ", "length"),
        ("lower than ", "range"),
        ("greater than ", "range"),
        ("not a valid email", "email"),
        ("not a valid url", "url"),
        ("not a valid IP", "ip"),
        ("not a valid phone", "phone_number"),
        ("not a valid credit card", "credit_card"),
        ("not alphanumeric", "alphanumeric"),
        ("not ascii", "ascii"),
        ("does not contain", "contains"),
        ("does not match pattern", "pattern"),
        ("does not match ", "matches"),
        ("value does not begin with", "prefix"),
        ("does not end with", "suffix"),
        ("not set", "required"),
    ];
    RULES.iter().find(|(start, _)| message.starts_with(start)).map_or("invalid", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::StatusCode;
    use http::header::CONTENT_TYPE;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    struct Basket {
        #[garde(email)]
        owner: String,
        #[garde(dive, length(max = 3))]
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize, Validate)]
    struct Item {
        #[garde(length(min = 1))]
        name: String,
        #[garde(range(min = 1, max = 9))]
        count: u8,
    }

    fn post(kind: &str, body: &'static str) -> Request {
        http::Request::post("/").header(CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
    }

    fn problem(response: &Response) -> &Problem {
        response.extensions().get().expect("a problem")
    }

    #[tokio::test]
    async fn every_broken_rule_is_listed_with_its_pointer() {
        let body = r#"{"owner": "me", "items": [{"name": "", "count": 0}, {"name": "x", "count": 10}]}"#;
        let refused = Valid::<Json<Basket>>::from_request(post("application/json", body), &()).await.unwrap_err();
        let problem = problem(&refused);
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut found: Vec<_> = problem.errors.iter().map(|e| (e.pointer.as_str(), &*e.code)).collect();
        found.sort_unstable();
        let expected = [
            ("/items/0/count", "range"),
            ("/items/0/name", "length"),
            ("/items/1/count", "range"),
            ("/owner", "email"),
        ];
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn a_valid_value_is_given_without_its_extractor() {
        let body = r#"{"owner": "a@b.org", "items": []}"#;
        let valid = Valid::<Json<Basket>>::from_request(post("application/json", body), &()).await.unwrap();
        assert_eq!(valid.owner, "a@b.org");
        let basket: Basket = valid.into_inner();
        assert!(basket.items.is_empty());
    }

    #[tokio::test]
    async fn a_query_is_checked_too() {
        let mut parts = http::Request::get("/?name=&count=3").body(()).unwrap().into_parts().0;
        let refused = Valid::<Query<Item>>::from_request_parts(&mut parts, &()).await.unwrap_err();
        assert_eq!(problem(&refused).errors[0].pointer, "/name");
    }

    #[tokio::test]
    async fn a_form_is_checked_too() {
        let request = post("application/x-www-form-urlencoded", "name=x&count=77");
        let refused = Valid::<Form<Item>>::from_request(request, &()).await.unwrap_err();
        assert_eq!(problem(&refused).errors[0].pointer, "/count");
    }

    #[tokio::test]
    async fn what_the_extractor_refuses_is_a_problem() {
        let mut parts = http::Request::get("/?name=x&count=many").body(()).unwrap().into_parts().0;
        let refused = Valid::<Query<Item>>::from_request_parts(&mut parts, &()).await.unwrap_err();
        assert_eq!(problem(&refused).status, StatusCode::BAD_REQUEST);
        let refused = Valid::<Json<Item>>::from_request(post("application/json", "{"), &()).await.unwrap_err();
        assert_eq!(problem(&refused).status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_handler_can_be_called_with_a_checked_value() {
        assert!(Valid::check(Json(Item { name: "x".into(), count: 1 })).is_ok());
        assert!(Valid::check(Json(Item { name: "x".into(), count: 0 })).is_err());
    }

    /// garde's sentences are its own: this fails when an update words one differently.
    #[test]
    fn the_codes_follow_the_sentences_of_garde() {
        #[derive(Validate)]
        struct Ruled {
            #[garde(length(max = 0))]
            length: &'static str,
            #[garde(range(min = 5))]
            range: u8,
            #[garde(email)]
            email: &'static str,
            #[garde(alphanumeric)]
            alphanumeric: &'static str,
            #[garde(ascii)]
            ascii: &'static str,
            #[garde(contains("x"))]
            contains: &'static str,
            #[garde(prefix("x"))]
            prefix: &'static str,
            #[garde(suffix("x"))]
            suffix: &'static str,
            #[garde(required)]
            required: Option<u8>,
            #[garde(ip)]
            ip: &'static str,
            #[garde(matches(email))]
            matches: &'static str,
        }
        let ruled = Ruled {
            length: "a",
            range: 1,
            email: "a",
            alphanumeric: "-",
            ascii: "é",
            contains: "a",
            prefix: "a",
            suffix: "a",
            required: None,
            ip: "a",
            matches: "b",
        };
        let problem = invalid(&ruled.validate().unwrap_err());
        assert_eq!(problem.errors.len(), 11);
        for error in &problem.errors {
            assert_eq!(error.pointer, format!("/{}", error.code), "{}", error.detail);
        }
    }
}
