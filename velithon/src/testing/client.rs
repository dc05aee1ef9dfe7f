//! Requests to the application of a test, written as a client would.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Form;
use axum::body::Body;
use axum::response::IntoResponse;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use serde::Serialize;

use super::reply::TestReply;
use super::run::Running;
use crate::peer::Address;
use crate::route::dispatch;

/// Where every request of a test comes from.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// A running application that is asked without a socket.
///
/// Clones ask the same application. It is stopped by [`shutdown`](Self::shutdown), or when the test ends.
#[derive(Clone)]
pub struct TestClient {
    running: Running,
}

impl TestClient {
    pub(super) fn new(running: Running) -> Self {
        Self { running }
    }

    /// A GET request; `path` may have a query, and its unusual characters must be percent-encoded.
    ///
    /// # Panics
    /// When `path` is no path that a request could have; this holds for the other methods, too.
    #[track_caller]
    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// A HEAD request.
    #[track_caller]
    pub fn head(&self, path: &str) -> TestRequest {
        self.request(Method::HEAD, path)
    }

    /// A POST request.
    #[track_caller]
    pub fn post(&self, path: &str) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// A PUT request.
    #[track_caller]
    pub fn put(&self, path: &str) -> TestRequest {
        self.request(Method::PUT, path)
    }

    /// A PATCH request.
    #[track_caller]
    pub fn patch(&self, path: &str) -> TestRequest {
        self.request(Method::PATCH, path)
    }

    /// A DELETE request.
    #[track_caller]
    pub fn delete(&self, path: &str) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    /// An OPTIONS request.
    #[track_caller]
    pub fn options(&self, path: &str) -> TestRequest {
        self.request(Method::OPTIONS, path)
    }

    /// A request of any method.
    #[track_caller]
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        assert!(path.starts_with('/'), "`{path}` is not the path of a request: it has to start with `/`");
        let built = Request::builder().method(method).uri(path).header(header::HOST, "localhost").body(Body::empty());
        match built {
            Ok(request) => TestRequest { running: self.running.clone(), request },
            Err(error) => panic!("`{path}` is not the path of a request: {error}; percent-encode unusual characters"),
        }
    }

    /// Finishes abandoned requests and stops the singletons, in reverse; a request after it panics.
    ///
    /// For a test that looks at what `stop` did: without it, the same happens when the test ends.
    pub async fn shutdown(self) {
        self.running.stop().await;
    }
}

impl std::fmt::Debug for TestClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestClient")
    }
}

/// A request that is being written; [`send`](Self::send) sends it.
#[must_use = "a request does nothing until `send`"]
pub struct TestRequest {
    running: Running,
    request: Request<Body>,
}

impl TestRequest {
    /// Adds a field; one of the same name before it stays.
    ///
    /// # Panics
    /// When the name or the value cannot stand in a request.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        let (name, value) = (field_name(name.as_ref()), field_value(&value.to_string()));
        self.request.headers_mut().append(name, value);
        self
    }

    /// Adds `Authorization: Bearer` with this token (RFC 6750, section 2.1).
    ///
    /// # Panics
    /// When the token cannot stand in a field.
    #[track_caller]
    pub fn bearer(self, token: impl Display) -> Self {
        self.header("authorization", format_args!("Bearer {token}"))
    }

    /// Makes the body the JSON of `value`, and says so in `Content-Type`.
    ///
    /// # Panics
    /// When `value` cannot be written as JSON.
    #[track_caller]
    pub fn json<T: ?Sized + Serialize>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => *self.request.body_mut() = Body::from(text),
            Err(error) => panic!("the body of a request of this test cannot be written as JSON: {error}"),
        }
        self.content_type(HeaderValue::from_static("application/json"))
    }

    /// Makes the body a form with the fields of `value`, and says so in `Content-Type`.
    ///
    /// # Panics
    /// When `value` cannot be written as a form: it is a struct or map of plain values.
    #[track_caller]
    pub fn form<T: ?Sized + Serialize>(mut self, value: &T) -> Self {
        let form = Form(value).into_response();
        assert!(form.status().is_success(), "the body of a request of this test cannot be written as a form");
        *self.request.body_mut() = form.into_body();
        self.content_type(HeaderValue::from_static("application/x-www-form-urlencoded"))
    }

    /// Makes the body these bytes, this text or this stream; `Content-Type` is left alone.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Sends the request and waits for the whole reply; one that never ends is never returned.
    ///
    /// # Panics
    /// When the application was shut down, and when the reply breaks off in its body.
    pub async fn send(mut self) -> TestReply {
        self.length();
        let asked = format!("{} {}", self.request.method(), self.request.uri());
        let Some(live) = self.running.live() else {
            panic!("`{asked}` was sent after the application of this test was shut down");
        };
        let (head, body) = dispatch(&live, self.request, Address::from(PEER), None).await.into_parts();
        match body.collect().await {
            Ok(body) => TestReply::new(asked, head, body.to_bytes()),
            Err(error) => panic!("the reply to `{asked}` broke off in its body: {error}"),
        }
    }

    /// A client knows the length of what it does not stream (RFC 9110, section 8.6).
    fn length(&mut self) {
        let exact = self.request.body().size_hint().exact().filter(|&length| length > 0);
        if let Some(length) = exact {
            self.request.headers_mut().entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
        }
    }

    fn content_type(mut self, value: HeaderValue) -> Self {
        self.request.headers_mut().entry(header::CONTENT_TYPE).or_insert(value);
        self
    }
}

impl std::fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { request, .. } = self;
        write!(f, "{} {}", request.method(), request.uri())
    }
}

#[track_caller]
fn field_name(name: &str) -> HeaderName {
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => panic!("`{name}` cannot be the name of a field"),
    }
}

#[track_caller]
fn field_value(value: &str) -> HeaderValue {
    match HeaderValue::from_str(value) {
        Ok(value) => value,
        Err(_) => panic!("`{}` cannot be the value of a field", value.escape_debug()),
    }
}
