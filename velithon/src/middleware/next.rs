//! The rest of the chain, as a middleware sees it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;

use super::chain;
use crate::inject::Resolver;
use crate::route::{Exchange, Running};

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
    /// happens before it is awaited.
    pub fn run(self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        Rest::Ahead(Some((self, request)))
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

/// The rest of a chain. One enum, so that the request and what becomes of it share their place in a middleware's future.
enum Rest {
    /// Empty only while it begins, and for good if that panicked.
    Ahead(Option<(Next, Request)>),
    Begun(Running),
}

impl Future for Rest {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        let rest = self.get_mut();
        if let Self::Ahead(ahead) = rest {
            let Some((next, request)) = ahead.take() else { return Poll::Pending };
            *rest = Self::Begun(chain::run(next, request));
        }
        match rest {
            Self::Begun(running) => Pin::new(running).poll(cx),
            Self::Ahead(_) => Poll::Pending,
        }
    }
}

impl std::fmt::Debug for Next {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next").field("position", &self.position).finish_non_exhaustive()
    }
}
