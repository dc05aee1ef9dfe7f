//! How a middleware function gets its further arguments: from the request's head, before the request is handed to it.
//!
//! The wrapper enters ([`Next::enter`]), asks each argument as a handler's wrapper does, and leaves with the same
//! request and the same place in the chain ([`Entry::leave`]). The body stays untouched: whoever reads it takes it from
//! the handler, so an extractor of bodies is no argument here ([`HeadExtractor`]).

use std::future::Future;

use axum::extract::{FromRequestParts, Request};
use axum::response::Response;

use super::Next;
use crate::inject::BoxFuture;
use crate::route::{Call, FromCall, Rejected, via};

/// A request at a middleware, its head open.
pub struct Entry {
    call: Call,
    position: usize,
}

impl Next {
    /// Opens the head of a request that is on its way through this chain.
    #[doc(hidden)]
    pub fn enter(self, request: Request) -> Entry {
        Entry { call: Call::new(request, self.exchange), position: self.position }
    }
}

impl Entry {
    /// What arguments are asked with.
    pub fn call(&mut self) -> &mut Call {
        &mut self.call
    }

    /// The request, and the rest of the chain.
    pub fn leave(self) -> (Request, Next) {
        let (request, exchange) = self.call.leave();
        (request, Next { exchange, position: self.position })
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("position", &self.position).finish_non_exhaustive()
    }
}

/// Runs the wrapper of a middleware with further arguments; a rejection of one of them is the reply.
#[doc(hidden)]
pub fn around<F, R>(entry: Entry, wrapper: F) -> BoxFuture<'static, Response>
where
    F: FnOnce(Entry) -> R + Send + 'static,
    R: Future<Output = Result<Response, Rejected>> + Send + 'static,
{
    Box::pin(async move {
        match wrapper(entry).await {
            Ok(reply) => reply,
            Err(rejected) => rejected.into_reply().await,
        }
    })
}

/// Any type that a middleware may take beside `Request` and `Next`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor that a middleware can take",
    label = "not an extractor of the request's head",
    note = "beside `Request` and `Next` a middleware takes `Inject<_>`, `Config<_>` and every extractor that leaves the body alone",
    note = "what reads the body would take it from the handler; a middleware that must see it takes it out of `request` and puts it back"
)]
pub trait HeadExtractor<Via> {
    /// Named by generated code.
    const ASSERTED: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T: FromCall> HeadExtractor<via::Velithon> for T {}

#[diagnostic::do_not_recommend]
impl<T: FromRequestParts<()>> HeadExtractor<via::Parts> for T {}
