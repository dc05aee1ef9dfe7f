//! The rest of the chain, as a middleware sees it.

use std::future::Future;

use axum::extract::Request;
use axum::response::Response;

use super::chain;
use crate::inject::Resolver;
use crate::route::Exchange;

/// What comes after a middleware: the inner ones, then the handler.
///
/// It holds the request's place in a chain that was computed at start: running it clones no service and allocates
/// nothing of its own.
pub struct Next {
    pub(crate) exchange: Exchange,
    pub(crate) position: usize,
}

impl Next {
    /// Runs the rest of the chain.
    ///
    /// Not calling it answers in place of everything further in. It takes itself, so the handler runs at most once. Nothing
    /// further in runs before this is awaited.
    pub fn run(self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        chain::run(self, request)
    }

    /// The template of the route the request goes to: `/users/{id}`. Nothing when its path has no route.
    ///
    /// For labels and messages: the path itself, with all its values, is `request.uri().path()`.
    ///
    /// ```
    /// use velithon::prelude::*;
    ///
    /// #[middleware(priority = LOGGING)]
    /// async fn announce(request: Request, next: Next) -> Response {
    ///     println!("{} {}", request.method(), next.route().unwrap_or("(no route)"));
    ///     next.run(request).await
    /// }
    /// ```
    pub fn route(&self) -> Option<&str> {
        let route = &*self.exchange.live.target(self.exchange.target).route;
        (!route.is_empty()).then_some(route)
    }

    /// Resolves dependencies of this request.
    #[doc(hidden)]
    pub fn resolver(&self) -> Resolver<'_> {
        self.exchange.resolver()
    }
}

impl std::fmt::Debug for Next {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next").field("position", &self.position).finish_non_exhaustive()
    }
}
