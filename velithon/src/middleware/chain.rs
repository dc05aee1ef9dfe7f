//! The links of a target's chain, computed at start, and how a request passes through them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::Method;

use super::layer::Layered;
use super::next::Next;
use crate::inject::{BoxFuture, Guard};
use crate::route::{Live, Pattern, Running, merged, outcome, panicked};

/// One step of a chain.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) step: Step,
    /// Asked per request where the target alone does not decide, as on a catch-all or a path without a route.
    pub(crate) check: Option<Arc<Check>>,
}

#[derive(Clone)]
pub(crate) enum Step {
    /// A middleware function.
    Function(fn(Request, Next) -> BoxFuture<'static, Response>),
    /// A look at the request as it passes.
    Observer(fn(Request, &Next) -> Request),
    /// A tower layer around the rest.
    Layer(Layered),
    /// Catches panics of what is further in and finishes the request's scope.
    Boundary,
}

/// For which requests a middleware runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Check {
    pub(crate) paths: Vec<Pattern>,
    pub(crate) except: Vec<Pattern>,
    pub(crate) methods: Vec<Method>,
}

impl Check {
    /// Whether it lets every request through.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.except.is_empty() && self.methods.is_empty()
    }

    pub(crate) fn allows(&self, method: &Method, path: &str) -> bool {
        (self.methods.is_empty() || self.methods.contains(method))
            && (self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(path)))
            && !self.except.iter().any(|pattern| pattern.matches(path))
    }
}

/// What is left of the chain, then the target.
///
/// Middleware, layers and handlers run when it is polled: what is put together here is theirs to begin.
pub(crate) fn run(mut next: Next, mut request: Request) -> Running {
    while let Some(link) = next.exchange.live.target(next.exchange.target).chain.get(next.position) {
        next.position += 1;
        if link.check.as_ref().is_none_or(|check| check.allows(request.method(), &merged(request.uri().path()))) {
            return Running::Chain(match &link.step {
                Step::Observer(observer) => {
                    request = observer(request, &next);
                    continue;
                }
                Step::Function(function) => function(request, next),
                Step::Layer(layered) => layered.clone().call(request, next),
                Step::Boundary => Box::pin(boundary(request, next)),
            });
        }
    }
    Live::answer(request, next.exchange)
}

/// Everything inside of METRICS: what comes back from here is final, whatever happened further in.
async fn boundary(request: Request, next: Next) -> Response {
    let guard = next.exchange.scope.clone().map(|scope| Guard::new(scope, next.exchange.live.reaper.clone()));
    let reply = match AssertUnwindSafe(run(next, request)).catch_unwind().await {
        Ok(reply) => reply,
        Err(panic) => panicked(&*panic),
    };
    match guard {
        Some(guard) => match guard.finish(outcome(&reply)).await {
            Ok(()) => reply,
            Err(error) => error.into_response(),
        },
        None => reply,
    }
}
