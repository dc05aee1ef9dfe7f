//! One request on its way to one handler: what the wrapper of a handler takes its arguments from.
//!
//! A wrapper is a plain function: it takes every argument at once, or stops at the first that has to be waited for
//! ([`Waiting`]). The server waits, in code that knows no handler's types, and runs the wrapper again with what came.
//! So a handler's crate compiles no future but the handler's own.

use std::any::Any;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::request::Parts;
use http::uri::PathAndQuery;
use std::sync::Arc;

use super::ending::Notes;
use super::live::Core;
use super::params::{self, FromText, ParamFault, Place};
use super::rejected::Rejected;
use super::table::Captures;
use super::waiting::{Start, Waiting};
use crate::inject::{Handle, Key, Object, RequestScope, Resolver};
use crate::peer::Address;
use crate::reply::{Error, Problem};

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
        #[cfg(feature = "gateway")]
        extensions.insert(crate::gateway::Here::new(self));
        extensions.insert(Handle { container: Arc::clone(&self.live.container), scope: self.scope.clone() });
        if let Address::Tcp(address) = self.peer {
            extensions.insert(axum::extract::ConnectInfo(address));
        }
    }
}

/// A request at its handler.
pub struct Call {
    pub(crate) parts: Parts,
    pub(super) body: Body,
    pub(super) exchange: Exchange,
    /// What had to be waited for, by the position of its argument in the record's dependencies.
    pub(super) waited: Vec<(usize, Waited)>,
    /// The body, once it was read.
    pub(super) bytes: Option<Bytes>,
}

/// What an argument waited for.
pub(super) enum Waited {
    /// A provided value that is not a ready singleton.
    Object(Object),
    /// What an extractor made.
    Value(Box<dyn Any + Send>),
}

impl Call {
    pub(crate) fn new(request: Request, exchange: Exchange) -> Self {
        let (parts, body) = request.into_parts();
        Self { parts, body, exchange, waited: Vec::new(), bytes: None }
    }

    /// Resolves dependencies of this request.
    #[inline]
    pub fn resolver(&self) -> Resolver<'_> {
        self.exchange.resolver()
    }

    /// The object of the dependency at `slot`, a position in the route's record.
    ///
    /// # Errors
    /// That it has to be waited for; 500 in a program that did not compile.
    #[inline]
    pub fn object(&self, slot: usize) -> Result<Object, Rejected> {
        match self.exchange.live.need(self.exchange.target, slot) {
            Some(key) => self.object_of(slot, key),
            None => Err(Error::internal("a dependency without a provider").into()),
        }
    }

    /// The object of `key`, which the argument at `slot` asks for.
    #[inline]
    pub(crate) fn object_of(&self, slot: usize, key: &'static Key) -> Result<Object, Rejected> {
        match self.exchange.live.container.ready(key) {
            Some(object) => Ok(object),
            None => self.object_waited_for(slot, key),
        }
    }

    fn object_waited_for(&self, slot: usize, key: &'static Key) -> Result<Object, Rejected> {
        let found = self.waited.iter().find_map(|(own, waited)| match waited {
            Waited::Object(object) if *own == slot => Some(Arc::clone(object)),
            _ => None,
        });
        found.ok_or_else(|| Rejected::waiting(Waiting::Object { slot, key }))
    }

    /// That the extractor at `slot` has made its value; `start` is how it begins.
    pub(super) fn made(&self, slot: usize, start: Start) -> Result<(), Rejected> {
        match self.waited.iter().any(|(own, _)| *own == slot) {
            true => Ok(()),
            false => Err(Rejected::waiting(Waiting::Value { slot, start })),
        }
    }

    /// What the extractor at `slot` has made.
    pub(super) fn take_made<T: 'static>(&mut self, slot: usize) -> Result<T, Rejected> {
        let position = self.waited.iter().position(|(own, _)| *own == slot);
        match position.map(|position| self.waited.swap_remove(position).1) {
            Some(Waited::Value(value)) => match value.downcast() {
                Ok(value) => Ok(*value),
                Err(_) => Err(Error::internal("an extractor made a value of another type").into()),
            },
            _ => Err(Error::internal("an argument was not ready").into()),
        }
    }

    /// The captured value at `index`, parsed.
    ///
    /// # Errors
    /// 400 that names the parameter; 404 on a route with `path_mismatch = 404`.
    pub fn capture<T>(&self, index: usize, name: &'static str, read: params::Read<T>) -> Result<T, Rejected> {
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

    /// The upstreams of the application.
    #[cfg(feature = "gateway")]
    pub(crate) fn hub(&self) -> &crate::gateway::Hub {
        &self.exchange.live.hub
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

    /// The request with its body and a copy of its head: other extractors may still read the head.
    pub(crate) fn take_request(&mut self) -> Request {
        let body = std::mem::take(&mut self.body);
        Request::from_parts(self.parts.clone(), body)
    }

    /// The request and its exchange again, once a middleware has its arguments.
    pub(crate) fn leave(self) -> (Request, Exchange) {
        (Request::from_parts(self.parts, self.body), self.exchange)
    }

    /// The call by itself, for a wrapper of a test that is a future.
    #[cfg(test)]
    pub(crate) fn detach(&mut self) -> Self {
        let exchange = &self.exchange;
        let exchange = Exchange {
            live: Arc::clone(&exchange.live),
            target: exchange.target,
            path: exchange.path.clone(),
            captures: exchange.captures.clone(),
            scope: exchange.scope.clone(),
            peer: exchange.peer.clone(),
            notes: exchange.notes.clone(),
        };
        Self::new(self.take_request(), exchange)
    }

    /// How many bytes a buffered body may have, when the route or the server says so.
    pub(crate) fn body_limit(&self) -> Option<u64> {
        self.exchange.live.body_limit(self.exchange.target)
    }
}
