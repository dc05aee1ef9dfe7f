//! The frozen service: every table a request is looked up in, made once from the plan (`app/freeze.rs`).
//!
//! A request takes an index from one table to the next: path to methods, method to target, target to chain and
//! endpoint. Nothing here changes after start and nothing is locked.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use tower::ServiceExt;

use super::call::Exchange;
use super::fault::TargetFault;
use super::guard::Guard;
use super::handle::{Running, handle, panicked};
use super::record::{Endpoint, RouteOptions};
use super::table::{Captures, Table};
use crate::inject::{Container, Key, Reaper};
use crate::metrics::http::Requests;
use crate::middleware::chain::Link;
use crate::peer::Proxies;
use crate::reply::{ErrorHook, Problem, into_problem};

/// Everything a request needs, shared by all of them.
pub struct Live {
    pub(crate) container: Arc<Container>,
    pub(crate) reaper: Reaper,
    pub(crate) hook: Option<Arc<ErrorHook>>,
    /// Asked for paths that no route has.
    pub(crate) mounted: Option<axum::Router>,
    pub(crate) table: Table<Methods>,
    pub(crate) targets: Box<[Target]>,
    pub(crate) redirect_slashes: bool,
    /// Whether clients see what caused a 5xx.
    pub(crate) reveal_causes: bool,
    /// Who may speak for the client.
    pub(crate) proxies: Proxies,
    /// What is counted about every request, where metrics are mounted.
    pub(crate) requests: Option<Arc<Requests>>,
    /// Whether some middleware asks for the ends of requests.
    pub(crate) follows_ends: bool,
    /// The upstreams, by the numbers of their keys.
    #[cfg(feature = "gateway")]
    pub(crate) hub: Arc<crate::gateway::Hub>,
}

/// The application as one core holds it: requests count references to this, so that cores share no count.
pub(crate) struct Core(Arc<Live>);

impl Core {
    pub(crate) fn new(live: Live) -> Self {
        Self(Arc::new(live))
    }

    /// The same application for another core.
    pub(crate) fn another(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl std::ops::Deref for Core {
    type Target = Live;

    #[inline]
    fn deref(&self) -> &Live {
        &self.0
    }
}

/// What one path template answers.
pub(crate) struct Methods {
    /// Gateways that take what no handler does, the most specific first.
    #[cfg(feature = "gateway")]
    pub(crate) behind: Box<[Behind]>,
    /// In the order of declaration; guarded ones of a method before the unguarded.
    pub(crate) candidates: Vec<Candidate>,
    /// The target of every other method.
    pub(crate) refused: usize,
    /// For each method with handlers told apart by media type: the target when the client accepts none of them.
    pub(crate) unacceptable: Vec<(Method, usize)>,
    /// The target of `OPTIONS`, when no handler serves it.
    pub(crate) options: usize,
}

/// A gateway behind the handlers of a path, or alone on its own.
#[cfg(feature = "gateway")]
pub(crate) struct Behind {
    /// The methods it takes; nothing for all.
    pub(crate) methods: Option<Box<[Method]>>,
    pub(crate) target: usize,
    /// Finds its own captures, which are not those of the handlers before it; nothing where they are the same.
    pub(crate) captures: Option<Arc<Table<()>>>,
}

pub(crate) struct Candidate {
    pub(crate) method: Method,
    pub(crate) guard: Option<Guard>,
    pub(crate) target: usize,
}

/// Where a request can end up.
pub(crate) struct Target {
    pub(crate) chain: Box<[Link]>,
    pub(crate) answer: Answer,
    /// The keys of the route's dependencies, in the order of its record.
    pub(crate) needs: Box<[Option<&'static Key>]>,
    /// The template, for logs and metrics; empty where no route matched.
    pub(crate) route: Arc<str>,
    pub(crate) options: RouteOptions,
    pub(crate) uses_scope: bool,
    /// The fields by which handlers of this path are told apart (RFC 9110, section 12.5.5).
    pub(crate) vary: Option<HeaderValue>,
    /// What a handler that forwards is configured by.
    #[cfg(feature = "gateway")]
    pub(crate) gateway: Option<Arc<crate::gateway::GatewayRoute>>,
}

#[derive(Clone)]
pub(crate) enum Answer {
    Handler(Endpoint),
    /// The upstream of a gateway.
    #[cfg(feature = "gateway")]
    Gateway(Arc<crate::gateway::GatewayRoute>),
    /// The handler behind a router of axum's with this one route, for extractors that read axum's path parameters.
    Routed(axum::Router),
    /// The methods that there are, for a method that is not one of them.
    MethodNotAllowed(HeaderValue),
    /// What the path is served as, for a client that accepts none of it.
    NotAcceptable(Arc<str>),
    /// The same for `OPTIONS` (RFC 9110, section 9.3.7).
    Options(HeaderValue),
    /// No route has this path.
    NotFound,
    /// The request carries a [`TargetFault`] that says why it goes nowhere.
    Refused,
}

/// The target of paths without a route.
pub(crate) const NOT_FOUND: usize = 0;

/// The target of requests whose own target is faulty.
pub(crate) const REFUSED: usize = 1;

/// The target of `OPTIONS *`, which asks about the whole service (RFC 9110, section 9.3.7).
pub(crate) const SERVER_OPTIONS: usize = 2;

/// Where a request goes.
pub(crate) struct Found {
    pub(crate) target: usize,
    pub(crate) captures: Captures,
}

impl Live {
    #[inline]
    pub(crate) fn target(&self, target: usize) -> &Target {
        &self.targets[target]
    }

    pub(crate) fn path_mismatch(&self, target: usize) -> StatusCode {
        match self.target(target).options.path_mismatch_not_found {
            true => StatusCode::NOT_FOUND,
            false => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body_limit(&self, target: usize) -> Option<u64> {
        self.target(target).options.body_limit
    }

    /// The key of a target's dependency.
    #[inline]
    pub(crate) fn need(&self, target: usize, slot: usize) -> Option<&'static Key> {
        self.target(target).needs.get(slot).copied().flatten()
    }

    /// The innermost step: the handler, or the reply in place of one.
    pub(crate) fn answer(request: Request, exchange: Exchange) -> Running {
        let reply = match &exchange.live.targets[exchange.target].answer {
            Answer::Handler(endpoint) => return handle(*endpoint, request, exchange),
            #[cfg(feature = "gateway")]
            Answer::Gateway(route) => return Running::Chain(crate::gateway::proxy(route, request, &exchange)),
            Answer::Routed(router) => {
                let router = router.clone();
                return Running::Chain(Box::pin(routed(router, request, exchange)));
            }
            Answer::NotFound => return Running::Chain(Box::pin(elsewhere(request, exchange))),
            Answer::MethodNotAllowed(allow) => method_not_allowed(allow),
            Answer::NotAcceptable(forms) => {
                Problem::new(StatusCode::NOT_ACCEPTABLE).detail(forms.to_string()).into_response()
            }
            Answer::Refused => {
                request.extensions().get::<TargetFault>().copied().unwrap_or(TargetFault::NoPath).into_response()
            }
            Answer::Options(allow) => (StatusCode::NO_CONTENT, [(header::ALLOW, allow.clone())]).into_response(),
        };
        Running::Chain(Box::pin(std::future::ready(reply)))
    }
}

impl Methods {
    #[inline]
    pub(super) fn select(&self, request: &Request) -> usize {
        let method = request.method();
        self.pick(method, request).unwrap_or_else(|| match *method {
            // HEAD is GET without the body (RFC 9110, section 9.3.2).
            Method::HEAD => self.pick(&Method::GET, request).unwrap_or_else(|| self.missed(&Method::GET, request)),
            Method::OPTIONS => self.options,
            _ => self.missed(method, request),
        })
    }

    /// Whether every request that comes here goes to this target, as to a gateway alone on its path.
    #[cfg(feature = "gateway")]
    pub(super) fn leads_only_to(&self, target: usize) -> bool {
        self.candidates.is_empty() && self.behind.first().is_some_and(|one| one.target == target)
    }

    /// Where a request goes: a handler of its method, else a gateway behind them, else what says why nobody takes it.
    #[cfg(feature = "gateway")]
    #[inline]
    pub(super) fn found(&self, request: &Request, path: &str, captures: Captures) -> Found {
        let method = request.method();
        let served = |method: &Method| self.of(method).next().is_some();
        let own = || served(method) || (*method == Method::HEAD && served(&Method::GET));
        if !self.behind.is_empty() && !own() {
            let takes = |one: &&Behind| one.methods.as_ref().is_none_or(|methods| methods.contains(method));
            if let Some(one) = self.behind.iter().find(takes) {
                let own = one.captures.as_ref().and_then(|table| table.find(path));
                return Found { target: one.target, captures: own.map_or(captures, |found| found.captures) };
            }
        }
        Found { target: self.select(request), captures }
    }

    /// Where a request goes.
    #[cfg(not(feature = "gateway"))]
    #[inline]
    pub(super) fn found(&self, request: &Request, _: &str, captures: Captures) -> Found {
        Found { target: self.select(request), captures }
    }

    /// For methods that nothing but a handler of their own may take.
    pub(super) fn select_declared(&self, request: &Request) -> usize {
        self.pick(request.method(), request).unwrap_or_else(|| self.missed(request.method(), request))
    }

    fn pick(&self, method: &Method, request: &Request) -> Option<usize> {
        let fits = |guard: &Guard| guard.fits(request.headers());
        self.of(method).find(|one| one.guard.as_ref().is_none_or(fits)).map(|one| one.target)
    }

    fn of(&self, method: &Method) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().filter(move |one| one.method == *method)
    }

    /// Why no handler of this method fits: there is none (405), the client accepts no media type that there is (406;
    /// RFC 9110, section 15.5.7), or there is nothing for the fields it sent (404).
    #[cold]
    fn missed(&self, method: &Method, request: &Request) -> usize {
        if self.of(method).next().is_none() {
            return self.refused;
        }
        let only_media = |guard: &Guard| guard.fits_but_for_media(request.headers());
        let unaccepted = self.of(method).any(|one| one.guard.as_ref().is_some_and(only_media));
        let forms = self.unacceptable.iter().find(|(own, _)| unaccepted && own == method);
        forms.map_or(NOT_FOUND, |(_, target)| *target)
    }
}

#[cold]
fn method_not_allowed(allow: &HeaderValue) -> Response {
    let mut reply = Problem::new(StatusCode::METHOD_NOT_ALLOWED).into_response();
    reply.headers_mut().insert(header::ALLOW, allow.clone());
    reply
}

/// Carries the exchange through axum's router to the endpoint.
#[derive(Clone)]
pub(crate) struct Parcel(pub(crate) Arc<std::sync::Mutex<Option<Exchange>>>);

async fn routed(router: axum::Router, mut request: Request, exchange: Exchange) -> Response {
    request.extensions_mut().insert(Parcel(Arc::new(std::sync::Mutex::new(Some(exchange)))));
    into_reply(router.oneshot(request).await)
}

/// What a mounted router says, else a redirect to the path without or with its slash, else 404.
async fn elsewhere(mut request: Request, exchange: Exchange) -> Response {
    let other = exchange.live.other_slash(&request);
    let missed = match &exchange.live.mounted {
        Some(router) => {
            exchange.share(request.extensions_mut());
            let reply = mounted(router.clone(), request).await;
            if !is_bare_miss(&reply) {
                return reply;
            }
            reply
        }
        None => StatusCode::NOT_FOUND.into_response(),
    };
    match other {
        Some(location) if missed.status() == StatusCode::NOT_FOUND => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
        }
        // Mounting a router must not take away the problem of a path that neither side has.
        _ => into_problem(missed).await,
    }
}

/// What a mounted router says, with its handlers' panics caught as those of ours are.
async fn mounted(router: axum::Router, request: Request) -> Response {
    match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
        Ok(reply) => into_reply(reply),
        Err(panic) => panicked(&*panic),
    }
}

/// Whether a router says by itself that it lacks the path or the method: a handler's own page has a media type.
fn is_bare_miss(reply: &Response) -> bool {
    let miss = matches!(reply.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
    miss && reply.body().is_end_stream() && !reply.headers().contains_key(header::CONTENT_TYPE)
}

fn into_reply(result: Result<Response, std::convert::Infallible>) -> Response {
    match result {
        Ok(reply) => reply,
        Err(never) => match never {},
    }
}

impl Live {
    /// The same path with its trailing slash added or taken away, when a route has that one and redirects are on.
    fn other_slash(&self, request: &Request) -> Option<HeaderValue> {
        let path = request.uri().path();
        if !self.redirect_slashes || path.len() < 2 {
            return None;
        }
        let other = match path.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{path}/"),
        };
        // `//host` would be another origin.
        if other.starts_with("//") || self.table.find(&other).is_none() {
            return None;
        }
        let location = match request.uri().query() {
            Some(query) => format!("{other}?{query}"),
            None => other,
        };
        HeaderValue::from_str(&location).ok()
    }
}
