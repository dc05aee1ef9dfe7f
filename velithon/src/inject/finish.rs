//! How a request ended, and what a request-scoped value does about it.

use std::future::Future;

use crate::reply::Result;

/// How the request ended that a value belonged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The handler, or a middleware further in than `PANIC`, replied with this status; below 400 is success.
    Replied(http::StatusCode),
    /// The handler or a middleware panicked, and nobody further out replied with something else.
    Panicked,
    /// The client went away before the reply was made.
    Disconnected,
}

impl Outcome {
    /// Whether the request did what was asked: a reply with a status below 400.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Replied(status) if status.as_u16() < 400)
    }
}

/// Ends a request-scoped value: commit or roll back, flush, give back.
///
/// Awaited once per request after every inner middleware has returned and before the reply's head is sent, in the
/// reverse order of building. When the client is gone, or a panic ended the handler, it still runs, on a task of its
/// own. A streamed body may outlive it.
///
/// # Errors
/// An `Err` replaces the reply by the problem it carries: 500 unless it says otherwise.
pub trait Finish: Send + Sync + 'static {
    /// Runs when the request is over.
    fn finish(&self, outcome: Outcome) -> impl Future<Output = Result<()>> + Send;
}
