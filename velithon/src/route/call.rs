//! One request on its way to one handler: what the wrapper of a handler takes its arguments from.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::request::Parts;
use http::uri::PathAndQuery;

use super::ending::Notes;
use super::live::Core;
use super::params::{self, FromText, ParamFault, Place};
use super::table::Captures;
use crate::app::server::Address;
use crate::inject::{BoxFuture, Handle, Key, Object, RequestScope, Resolver};
use crate::reply::{Error, Problem, Reply, into_problem};

/// What follows a request through the chain: where it goes, what its path captured, and its scope.
pub struct Exchange {
    pub(crate) live: Arc<Core>,
    /// The position of its target in the plan's table.
    pub(crate) target: usize,
    /// The path the captures point into; nothing when there are none.
    pub(crate) path: Option<PathAndQuery>,
    pub(crate) captures: Captures,
    /// Present when some place on the way may ask for a request-scoped value.
    pub(crate) scope: Option<Arc<RequestScope>>,
    pub(crate) peer: Address,
    /// Present when middleware may ask for the end of the request.
    pub(crate) notes: Option<Arc<Notes>>,
}

impl Exchange {
    pub(crate) fn resolver(&self) -> Resolver<'_> {
        Resolver::new(&self.live.container, self.scope.as_ref())
    }

    /// Puts into a request's extensions what extractors and mounted routers read there.
    pub(crate) fn share(&self, extensions: &mut http::Extensions) {
        extensions.insert(Handle { container: Arc::clone(&self.live.container), scope: self.scope.clone() });
        if let Address::Tcp(address) = self.peer {
            extensions.insert(axum::extract::ConnectInfo(address));
        }
    }
}

/// A request at its handler.
pub struct Call {
    pub(crate) parts: Parts,
    /// Locked by nobody: a body is not `Sync`, and a call that is borrowed over an `await` has to be.
    body: Mutex<Body>,
    exchange: Exchange,
}

/// Why a handler was not reached: the reply to send instead.
pub struct Rejected(Box<Rejection>);

enum Rejection {
    /// Ours: a problem already.
    Reply(Response),
    /// What an axum extractor answered: plain text becomes a problem.
    Foreign(Response),
}

impl Rejected {
    /// A reply that is sent as it is.
    #[cold]
    pub fn new(reply: impl IntoResponse) -> Self {
        Self(Box::new(Rejection::Reply(reply.into_response())))
    }

    /// What an extractor answered.
    #[cold]
    pub(crate) fn foreign(reply: impl IntoResponse) -> Self {
        Self(Box::new(Rejection::Foreign(reply.into_response())))
    }

    /// The reply to send.
    pub async fn into_reply(self) -> Response {
        match *self.0 {
            Rejection::Reply(reply) => reply,
            Rejection::Foreign(reply) => into_problem(reply).await,
        }
    }
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self::new(error)
    }
}

impl Call {
    pub(crate) fn new(request: Request, exchange: Exchange) -> Self {
        let (parts, body) = request.into_parts();
        Self { parts, body: Mutex::new(body), exchange }
    }

    /// Resolves dependencies of this request.
    #[inline]
    pub fn resolver(&self) -> Resolver<'_> {
        self.exchange.resolver()
    }

    /// The object behind an `Inject<T>` argument.
    ///
    /// # Errors
    /// The 500 problem of a provider that failed.
    #[inline]
    pub async fn wanted(&self, key: Option<&'static Key>) -> Result<Object, Rejected> {
        Ok(self.resolver().wanted(key).await?)
    }

    /// The captured value at `index`, parsed.
    ///
    /// # Errors
    /// 400 that names the parameter; 404 on a route with `path_mismatch = 404`.
    pub fn capture<T>(
        &self,
        index: usize,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Rejected> {
        let raw = self.exchange.path.as_ref().and_then(|path| self.exchange.captures.get(path.path(), index));
        self.checked(params::path(raw.unwrap_or_default(), name).one(read))
    }

    /// The last captured value, whatever a prefix captured before it.
    pub(crate) fn last_capture<T: FromText>(&self, name: &'static str) -> Result<T, Rejected> {
        self.capture(self.exchange.captures.len().saturating_sub(1), name, T::from_text)
    }

    /// A parameter's value, or the reply to one that does not fit.
    ///
    /// # Errors
    /// As for [`capture`](Self::capture).
    pub fn checked<T>(&self, value: Result<T, ParamFault>) -> Result<T, Rejected> {
        value.map_err(|fault| self.refuse(&fault))
    }

    /// The raw query, empty when there is none.
    pub fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// The client's end of the connection, or that of the proxy before it.
    pub(crate) fn peer(&self) -> &Address {
        &self.exchange.peer
    }

    /// The request's fields.
    pub fn headers(&self) -> &http::HeaderMap {
        &self.parts.headers
    }

    /// The reply to a parameter that does not fit.
    #[cold]
    fn refuse(&self, fault: &ParamFault) -> Rejected {
        let mismatch = self.exchange.live.path_mismatch(self.exchange.target);
        let status = if fault.place == Place::Path { mismatch } else { http::StatusCode::BAD_REQUEST };
        let problem = Problem::new(status);
        Rejected::new(if status == http::StatusCode::NOT_FOUND { problem } else { problem.detail(fault.to_string()) })
    }

    /// Lets extractors reach the application ([`Inject::from_parts`](crate::Inject::from_parts)) and the peer.
    ///
    /// Only for handlers with an extractor that velithon does not know: the others need no such extension.
    pub fn share(&mut self) {
        self.exchange.share(&mut self.parts.extensions);
    }

    /// The whole request, for the one argument that reads it.
    pub(crate) fn take_request(&mut self) -> Request {
        let (mut parts, ()) = Request::new(()).into_parts();
        std::mem::swap(&mut parts, &mut self.parts);
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        Request::from_parts(parts, std::mem::take(body))
    }

    /// The request and its exchange again, once a middleware has its arguments.
    pub(crate) fn leave(self) -> (Request, Exchange) {
        let body = self.body.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        (Request::from_parts(self.parts, body), self.exchange)
    }

    /// How many bytes a buffered body may have, when the route says so.
    pub(crate) fn body_limit(&self) -> Option<u64> {
        self.exchange.live.body_limit(self.exchange.target)
    }
}

/// Runs a handler's wrapper: its rejection becomes a reply, its panic a 500, and neither runs it again.
pub fn serve(
    handler: impl Future<Output = Result<Response, Rejected>> + Send + 'static,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match AssertUnwindSafe(handler).catch_unwind().await {
            Ok(Ok(reply)) => reply,
            Ok(Err(rejected)) => rejected.into_reply().await,
            Err(panic) => panicked(&*panic),
        }
    })
}

/// A handler's value as a response; `status` replaces 200, and 0 replaces nothing.
#[inline]
pub fn reply<T: Reply>(value: T, code: u16) -> Response {
    value.reply(status(code))
}

/// The status of a route's record.
#[doc(hidden)]
#[inline]
pub fn status(code: u16) -> Option<http::StatusCode> {
    http::StatusCode::from_u16(code).ok()
}

/// Runs a handler that may wait on a thread that may wait.
///
/// # Errors
/// 500 when it panicked.
pub async fn blocking<T: Send + 'static>(handler: impl FnOnce() -> T + Send + 'static) -> Result<T, Rejected> {
    match tokio::task::spawn_blocking(handler).await {
        Ok(value) => Ok(value),
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => Err(Rejected::new(panicked(&*panic))),
            Err(_) => Err(Error::internal("a blocking handler was cancelled").into()),
        },
    }
}

/// The reply to a panic; its text goes to the log only.
#[cold]
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Response {
    Error::of_panic("a handler or middleware", panic).into_response()
}
