//! Runs a handler's wrapper, again and again until it has its arguments, then the handler; panics become a 500.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::call::{Call, Exchange};
use super::record::Endpoint;
use super::rejected::Rejected;
use crate::inject::{BoxFuture, Outcome};
use crate::reply::{Error, Reply};

/// What is left to do for a request.
pub(crate) enum Running {
    /// The rest of the chain, which catches its own panics.
    Chain(BoxFuture<'static, Response>),
    /// A handler that has its arguments.
    Handler(BoxFuture<'static, Response>),
}

impl Future for Running {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        match self.get_mut() {
            Self::Chain(rest) => rest.as_mut().poll(cx),
            Self::Handler(handler) => catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx)))
                .unwrap_or_else(|panic| Poll::Ready(panicked(&*panic))),
        }
    }
}

/// Takes a request to its handler.
pub(crate) fn handle(endpoint: Endpoint, request: Request, exchange: Exchange) -> Running {
    let target = exchange.live.target(exchange.target);
    #[cfg(feature = "gateway")]
    let foreign = target.options.foreign || target.gateway.is_some();
    #[cfg(not(feature = "gateway"))]
    let foreign = target.options.foreign;
    let mut call = Call::new(request, exchange);
    if foreign {
        call.share();
    }
    match attempt(endpoint, &mut call) {
        Ok(handler) => Running::Handler(handler),
        Err(stopped) => Running::Chain(Box::pin(prepare(endpoint, call, stopped))),
    }
}

fn attempt(endpoint: Endpoint, call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    catch_unwind(AssertUnwindSafe(|| endpoint(call))).unwrap_or_else(|panic| Err(Rejected::new(panicked(&*panic))))
}

/// Waits for one argument after the other: each time, the wrapper comes further.
async fn prepare(endpoint: Endpoint, mut call: Call, mut stopped: Rejected) -> Response {
    loop {
        match AssertUnwindSafe(call.wait(stopped)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(rejected)) => return rejected.into_reply().await,
            Err(panic) => return panicked(&*panic),
        }
        match attempt(endpoint, &mut call) {
            Ok(handler) => {
                drop(call);
                return Running::Handler(handler).await;
            }
            Err(again) => stopped = again,
        }
    }
}

/// A handler that has its arguments, and how a response is made of what it returns.
///
/// # Errors
/// None: it is the last expression of a wrapper.
#[inline]
pub fn serve<F, R>(handler: F, reply: R) -> Result<BoxFuture<'static, Response>, Rejected>
where
    F: Future + Send + 'static,
    R: FnOnce(F::Output) -> Response + Send + 'static,
{
    Ok(Box::pin(async move { reply(handler.await) }))
}

/// A handler that waits for nothing, with what makes a response of it; it runs when the chain gets to it.
///
/// # Errors
/// None: it is the last expression of a wrapper.
#[inline]
pub fn serve_sync<F>(handler: F) -> Result<BoxFuture<'static, Response>, Rejected>
where
    F: FnOnce() -> Response + Send + 'static,
{
    Ok(Box::pin(futures_util::future::lazy(move |_| handler())))
}

/// A reply that is there already.
///
/// # Errors
/// None: it is the last expression of a wrapper.
pub fn served(reply: Response) -> Result<BoxFuture<'static, Response>, Rejected> {
    Ok(Box::pin(std::future::ready(reply)))
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
pub async fn blocking<T: Send + 'static>(handler: impl FnOnce() -> T + Send + 'static) -> Result<T, Response> {
    match tokio::task::spawn_blocking(handler).await {
        Ok(value) => Ok(value),
        Err(failed) => Err(match failed.try_into_panic() {
            Ok(panic) => panicked(&*panic),
            Err(_) => Error::internal("a blocking handler was cancelled").into_response(),
        }),
    }
}

/// Marks the reply to a panic, by which the end of the request is told from a 500 that was meant.
#[derive(Clone, Copy)]
struct Panicked;

/// The reply to a panic; its text goes to the log only.
#[cold]
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Response {
    let mut reply = Error::of_panic("a handler or middleware", panic).into_response();
    reply.extensions_mut().insert(Panicked);
    reply
}

/// How a request ended whose inner part replied with this.
pub(crate) fn outcome(reply: &Response) -> Outcome {
    match reply.extensions().get::<Panicked>() {
        Some(Panicked) => Outcome::Panicked,
        None => Outcome::Replied(reply.status()),
    }
}
