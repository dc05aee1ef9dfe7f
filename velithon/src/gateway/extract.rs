//! `Forward<U>`: a request on its way to an upstream, in the hands of a handler.

use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http::request::Parts;
use http_body_util::{BodyExt, Limited};

use super::access;
use super::error::GatewayError;
use super::exchange::{Outbound, Rules};
use super::forward::{self, Client, Heading, Snapshot};
use super::here::Here;
use super::passage;
use super::proxy::check_path;
use super::record::UpstreamType;
use super::route::GatewayRoute;
use crate::reply::Error;
use crate::route::Notes;

/// The most that is buffered of a body where neither the call nor `body_limit` says otherwise.
pub(crate) const BUFFERED: u64 = 2 * 1024 * 1024;

/// A request on its way to the upstream `U`: the argument of a `#[gateway]` function.
///
/// Everything that the attribute says has been done to the head by the time the function runs; the body is a stream that
/// nobody has read. Changes are made by the methods, and [`send`](Self::send) streams both ways.
///
/// ```
/// use velithon::gateway::{Forward, GatewayError};
/// use velithon::prelude::*;
///
/// #[upstream(targets = ["http://10.0.0.1:8080"])]
/// struct Payments;
///
/// #[gateway("/ledger/{*path}", upstream = Payments, rewrite = "/internal/{path}")]
/// async fn ledger(mut forward: Forward<Payments>) -> Result<Response> {
///     forward.header("x-channel", "web").remove("cookie");
///     match forward.send().await {
///         Err(GatewayError::CircuitOpen { .. }) => Ok("as of yesterday".into_response()),
///         other => Ok(other?),
///     }
/// }
/// ```
pub struct Forward<U> {
    parts: Parts,
    body: Body,
    heading: Heading,
    snapshot: Option<Box<Snapshot>>,
    client: Client,
    route: Arc<GatewayRoute>,
    rules: Rules,
    notes: Option<Arc<Notes>>,
    /// The first change that could not be made; told when it is sent.
    wrong: Option<GatewayError>,
    upstream: PhantomData<fn() -> U>,
}

impl<U: UpstreamType> Forward<U> {
    /// Sets a field, in the place of every one of that name. A value that is none for a header is told by
    /// [`send`](Self::send).
    pub fn header(&mut self, name: impl AsRef<str>, value: impl Display) -> &mut Self {
        if let Some((name, value)) = self.field(name.as_ref(), &value) {
            self.parts.headers.insert(name, value);
        }
        self
    }

    /// Adds a field beside those of that name.
    pub fn append(&mut self, name: impl AsRef<str>, value: impl Display) -> &mut Self {
        if let Some((name, value)) = self.field(name.as_ref(), &value) {
            self.parts.headers.append(name, value);
        }
        self
    }

    /// Takes every field of that name out.
    pub fn remove(&mut self, name: impl AsRef<str>) -> &mut Self {
        self.parts.headers.remove(name.as_ref());
        self
    }

    /// Replaces the path; it stays as it is written here, percent-encoded where that is needed. The query stays.
    pub fn path(&mut self, path: impl AsRef<str>) -> &mut Self {
        if !forward::set_path(&mut self.parts.uri, path.as_ref()) {
            self.wrong.get_or_insert(GatewayError::Request("a handler gave it a path that is none"));
        }
        self
    }

    /// Sets a parameter of the query, in the place of every one of that name.
    pub fn query_set(&mut self, name: impl AsRef<str>, value: impl Display) -> &mut Self {
        forward::set_query(&mut self.parts.uri, name.as_ref(), &value.to_string());
        self
    }

    /// Takes every parameter of that name out of the query.
    pub fn query_remove(&mut self, name: impl AsRef<str>) -> &mut Self {
        forward::remove_query(&mut self.parts.uri, name.as_ref());
        self
    }

    /// Limits the whole exchange, whatever `timeout(total)` says.
    pub fn timeout(&mut self, total: Duration) -> &mut Self {
        let own = self.rules.timeouts.unwrap_or_default();
        self.rules.timeouts = Some(own.with_total(total));
        self
    }

    /// Reads the whole body, at most `limit` bytes of it, and puts it back.
    ///
    /// # Errors
    /// [`GatewayError::TooLarge`] beyond the limit, [`GatewayError::Body`] when it breaks off.
    pub async fn buffer(&mut self, limit: u64) -> Result<Bytes, GatewayError> {
        let bytes = read(std::mem::take(&mut self.body), limit, "buffer").await?;
        self.body = Body::from(bytes.clone());
        Ok(bytes)
    }

    /// Replaces the body.
    pub fn body(&mut self, body: impl Into<Body>) -> &mut Self {
        self.body = body.into();
        self.parts.headers.remove(CONTENT_LENGTH);
        self
    }

    /// The method of the request.
    pub fn method(&self) -> &http::Method {
        &self.parts.method
    }

    /// The path and query as the upstream will see them.
    pub fn uri(&self) -> &http::Uri {
        &self.parts.uri
    }

    /// The fields as the upstream will see them, but for the host.
    pub fn headers(&self) -> &http::HeaderMap {
        &self.parts.headers
    }

    /// Sends the request and waits for the head of the reply, whose body then streams.
    ///
    /// The error is what the place that uses it wants: a [`GatewayError`] where one is matched, an
    /// [`Error`](crate::Error) where the result is returned. In the middle of a function say which:
    /// `forward.send::<GatewayError>().await?`.
    ///
    /// # Errors
    /// Why there is no reply, and the first change that could not be made.
    pub async fn send<E: From<GatewayError>>(self) -> Result<Response, E> {
        self.sent().await.map_err(E::from)
    }

    async fn sent(self) -> Result<Response, GatewayError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let (parts, body, heading) = (self.parts, self.body, self.heading);
        let mut outbound = Outbound { parts, body, heading, client: self.client.address, notes: self.notes };
        passage::send(&self.route, &self.rules, &mut outbound, self.snapshot.as_deref()).await
    }

    fn field(&mut self, name: &str, value: &dyn Display) -> Option<(HeaderName, HeaderValue)> {
        let name = name.parse::<HeaderName>().ok().filter(|name| !forward::is_framing(name));
        let field = name.zip(HeaderValue::from_str(&value.to_string()).ok());
        if field.is_none() {
            self.wrong.get_or_insert(GatewayError::Request("a handler gave it a header that is none"));
        }
        field
    }
}

/// Reads a whole body.
pub(crate) async fn read(body: Body, limit: u64, key: &'static str) -> Result<Bytes, GatewayError> {
    match Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX)).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(GatewayError::TooLarge { key }),
        Err(_) => Err(GatewayError::Body),
    }
}

impl<U: UpstreamType, S: Sync> FromRequest<S> for Forward<U> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let elsewhere = || Error::internal("`Forward` is an argument of `#[gateway]` functions").into_response();
        let here = parts.extensions.remove::<Here>().ok_or_else(elsewhere)?;
        let route = here.live.target(here.target).gateway.as_ref().ok_or_else(elsewhere)?.current();
        let client = here.client(&parts.headers);
        let prepared = check_path(&route, parts.uri.path(), &here.live, here.target)
            .and_then(|()| forward::prepare(&mut parts, &route, client, &here.captures));
        let notes = here.notes.clone();
        let refused = |error: &GatewayError| access::refused(&route.upstream, notes.as_deref(), error);
        let (heading, snapshot) = prepared.inspect_err(refused).map_err(IntoResponse::into_response)?;
        let rules = route.rules.clone();
        Ok(Self { parts, body, heading, snapshot, client, route, rules, notes, wrong: None, upstream: PhantomData })
    }
}

impl<U> std::fmt::Debug for Forward<U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forward").field("route", &self.route.key).finish_non_exhaustive()
    }
}
