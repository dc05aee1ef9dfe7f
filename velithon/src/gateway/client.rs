//! `Client<U>`: requests of our own to an upstream, over the same connections, breaker and budget as what is forwarded.

use std::any::Any;
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::GatewayError;
use super::exchange::{Outbound, Rules, run};
use super::extract::{BUFFERED, read};
use super::forward::{self, Heading};
use super::outcome::Phase;
use super::record::UpstreamType;
use super::time::Moment;
use super::trace::{TRACE_PARENT, TRACE_STATE};
use super::upstream::UpstreamState;
use crate::inject::{Itself, Key, Object, Provide, Reach, Scope, see};
use crate::reply::{Error, Result};
use crate::route::{Call as RouteCall, FromCall, Rejected};

/// Requests of our own to the upstream `U`.
///
/// As an argument of a handler it passes the trace of the request on, ends no later than the request at hand may (the
/// `grpc-timeout` of a call), and passes nothing else of it unless [`forward_auth`](Call::forward_auth) says so.
/// `Inject<Client<U>>` serves providers.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use velithon::gateway::Client;
/// use velithon::prelude::*;
///
/// #[upstream(targets = ["http://10.0.0.1:8080"])]
/// struct Users;
///
/// #[derive(Serialize, Deserialize)]
/// struct Account { name: String }
///
/// #[get("/me")]
/// async fn me(users: Client<Users>) -> Result<Json<Account>> {
///     Ok(Json(users.get("/me").forward_auth().fetch().await?))
/// }
/// ```
pub struct Client<U> {
    state: Arc<UpstreamState>,
    /// What of the request at hand may be passed on; nothing for a provider's client.
    asked: Arc<HeaderMap>,
    /// When the request at hand has to be answered, if that is known.
    deadline: Option<Moment>,
    upstream: PhantomData<fn() -> U>,
}

impl<U> Clone for Client<U> {
    fn clone(&self) -> Self {
        let (state, asked) = (Arc::clone(&self.state), Arc::clone(&self.asked));
        Self { state, asked, deadline: self.deadline, upstream: PhantomData }
    }
}

impl<U> std::fmt::Debug for Client<U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client of {}", self.state.name())
    }
}

impl<U: UpstreamType> Client<U> {
    /// A GET of a path, with its query.
    pub fn get(&self, path: impl AsRef<str>) -> Call {
        self.request(Method::GET, path)
    }

    /// A POST.
    pub fn post(&self, path: impl AsRef<str>) -> Call {
        self.request(Method::POST, path)
    }

    /// A PUT.
    pub fn put(&self, path: impl AsRef<str>) -> Call {
        self.request(Method::PUT, path)
    }

    /// A PATCH.
    pub fn patch(&self, path: impl AsRef<str>) -> Call {
        self.request(Method::PATCH, path)
    }

    /// A DELETE.
    pub fn delete(&self, path: impl AsRef<str>) -> Call {
        self.request(Method::DELETE, path)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> Call {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        let path = path.as_ref();
        let wrong = match path.parse::<http::uri::PathAndQuery>() {
            Ok(parsed) if path.starts_with('/') && !path.starts_with("//") => {
                *request.uri_mut() = parsed.into();
                None
            }
            _ => Some(GatewayError::Request("a path begins with one slash")),
        };
        for name in [TRACE_PARENT, TRACE_STATE] {
            if let Some(value) = self.asked.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let (state, asked) = (Arc::clone(&self.state), Arc::clone(&self.asked));
        Call { state, asked, request, rules: Rules::default(), deadline: self.deadline, total: None, wrong }
    }
}

/// A request of our own, until it is sent.
#[must_use = "a request is sent by `send` or `fetch`"]
pub struct Call {
    state: Arc<UpstreamState>,
    asked: Arc<HeaderMap>,
    request: Request<Body>,
    rules: Rules,
    deadline: Option<Moment>,
    total: Option<Duration>,
    wrong: Option<GatewayError>,
}

impl Call {
    /// Sets a field.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        let name = name.as_ref().parse::<HeaderName>().ok().filter(|name| !forward::is_framing(name));
        match name.zip(HeaderValue::from_str(&value.to_string()).ok()) {
            Some((name, value)) => drop(self.request.headers_mut().insert(name, value)),
            None => drop(self.wrong.get_or_insert(GatewayError::Request("a call has a header that is none"))),
        }
        self
    }

    /// Sets a parameter of the query.
    pub fn query(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        forward::set_query(self.request.uri_mut(), name.as_ref(), &value.to_string());
        self
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => {
                *self.request.body_mut() = Body::from(bytes);
                self.request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            Err(_) => drop(self.wrong.get_or_insert(GatewayError::Request("a call has a value that is no JSON"))),
        }
        self
    }

    /// Sends a body as it is.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Limits the whole exchange; it ends no later than the request at hand in any case.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.total = Some(total);
        self
    }

    /// Passes `Authorization` and `Cookie` of the request at hand on.
    pub fn forward_auth(mut self) -> Self {
        for name in [AUTHORIZATION, COOKIE] {
            for value in self.asked.get_all(&name) {
                self.request.headers_mut().append(name.clone(), value.clone());
            }
        }
        self
    }

    /// Sends the request; the body of the reply is a stream.
    ///
    /// # Errors
    /// Why there is no reply. A reply of any status is no error.
    pub async fn send(mut self) -> Result<Response, GatewayError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let left = self.deadline.map(|deadline| deadline.since(Moment::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(GatewayError::Timeout(Phase::Total));
        }
        if let Some(total) = self.total.into_iter().chain(left).min() {
            let own = self.rules.timeouts.unwrap_or_default();
            self.rules.timeouts = Some(own.with_total(total));
        }
        let (parts, body) = self.request.into_parts();
        let mut outbound = Outbound { parts, body, heading: Heading::default(), client: None, notes: None };
        run(&self.state, &self.rules, &mut outbound).await
    }

    /// Sends the request and reads the reply's JSON.
    ///
    /// # Errors
    /// Why there is no reply; 502 for a status that is no 2xx, and for a body that is not a `T` or beyond 2 MiB. The
    /// reason goes to the log.
    pub async fn fetch<T: DeserializeOwned>(mut self) -> Result<T> {
        self.request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let (name, path) = (Arc::clone(self.state.name()), self.request.uri().path().to_owned());
        let reply = self.send().await?;
        let failed = |why: String| Error::new(http::StatusCode::BAD_GATEWAY, format!("`{name}` at `{path}`: {why}"));
        if !reply.status().is_success() {
            return Err(failed(format!("status {}", reply.status())));
        }
        let bytes = read(reply.into_body(), BUFFERED, "fetch").await.map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} of {}", self.request.method(), self.request.uri().path(), self.state.name())
    }
}

impl<U: UpstreamType> FromCall for Client<U> {
    fn from_call(call: &RouteCall, _: usize) -> Result<Self, Rejected> {
        let state = call.hub().by_key(U::key()).cloned();
        let state = state.ok_or_else(|| Error::internal("an upstream that is no part of this application"))?;
        let mut asked = HeaderMap::new();
        for name in [TRACE_PARENT, TRACE_STATE, AUTHORIZATION, COOKIE] {
            for value in call.headers().get_all(&name) {
                asked.append(name.clone(), value.clone());
            }
        }
        let headers = call.headers();
        let limit = forward::is_grpc(headers).then(|| forward::call(headers)).and_then(|call| call.timeout);
        let deadline = limit.map(|limit| Moment::now() + limit);
        Ok(Self { state, asked: Arc::new(asked), deadline, upstream: PhantomData })
    }
}

/// What the container holds for an upstream's client: its state, once there is one, and the client of the type that first
/// asked.
pub(crate) struct Slot {
    state: OnceLock<Arc<UpstreamState>>,
    client: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Slot {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: OnceLock::new(), client: OnceLock::new() })
    }

    /// Gives it its state, before any provider is built.
    pub(crate) fn fill(&self, state: Arc<UpstreamState>) {
        // Once for each application.
        let _ = self.state.set(state);
    }

    pub(crate) fn object(self: &Arc<Self>) -> Object {
        Arc::clone(self) as Object
    }

    fn client<U: UpstreamType>(&self) -> Option<&Client<U>> {
        let state = self.state.get()?;
        let client = self.client.get_or_init(|| {
            let (state, asked) = (Arc::clone(state), Arc::default());
            Box::new(Client::<U> { state, asked, deadline: None, upstream: PhantomData })
        });
        client.downcast_ref()
    }
}

// Not what somebody misses whose own type nothing provides.
#[diagnostic::do_not_recommend]
impl<U: UpstreamType> Provide for Client<U> {
    type Value = Self;
    const DEPENDENCIES: Reach = Reach::of(Scope::Singleton);
    const SCOPE: Scope = Scope::Singleton;
    type Cast = Itself<Self>;

    fn key() -> &'static Key {
        U::key().client()
    }

    fn view(object: &(dyn Any + Send + Sync)) -> &Self {
        match object.downcast_ref::<Slot>().and_then(Slot::client) {
            Some(client) => client,
            None => see(object),
        }
    }
}
