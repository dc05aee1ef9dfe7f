//! From a request to its reply: find the target, run its chain, give problems their final form.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, header};
use http_body::Body as _;

use super::call::Exchange;
use super::current;
use super::ending::{Ending, Notes, error_of};
use super::handle::{Running, panicked};
use super::live::{Core, Found};
use crate::inject::RequestScope;
use crate::middleware::Next;
use crate::middleware::chain;
use crate::peer::{Address, Admission};
use crate::reply::{Problem, RequestFacts, finish};

/// The field in which the request id is returned.
pub(crate) const REQUEST_ID_FIELD: HeaderName = HeaderName::from_static("x-request-id");

/// Serves one request.
///
/// It goes into the chain at once, so that the future has no copy of it. Its place among those in flight is kept by the
/// scope of its values where there is one, since their ends may outlive the request; else until the reply is made.
#[inline]
pub(crate) fn dispatch(
    live: &Arc<Core>,
    mut request: Request,
    peer: Address,
    mut admission: Option<Admission>,
) -> impl Future<Output = Response> + Send + 'static + use<> {
    let Found { target, captures } = live.find(&mut request);
    let asked = Asked::of(&request, &live.target(target).route);
    let notes = live.follows_ends.then(Notes::new);
    let ending = notes.clone().map(Ending::of);
    let exchange = Exchange {
        scope: live
            .target(target)
            .uses_scope
            .then(|| Arc::new(RequestScope::new(live.container.request_size(), admission.take()))),
        path: if captures.is_empty() { None } else { request.uri().path_and_query().cloned() },
        live: Arc::clone(live),
        target,
        captures,
        peer,
        notes,
    };
    let running = current::begin(target, || chain::run(Next { exchange, position: 0 }, request));
    answer(Arc::clone(live), asked, target, ending, running, admission)
}

/// What is kept of a request for the end of its reply.
struct Asked {
    head: bool,
    accept: Option<HeaderValue>,
    /// Nothing when it is, letter for letter, the template of the route.
    path: Option<PathAndQuery>,
}

impl Asked {
    fn of(request: &Request, route: &str) -> Self {
        let accept = request.headers().get(header::ACCEPT);
        Self {
            head: *request.method() == Method::HEAD,
            // Whoever takes anything asks for nothing.
            accept: accept.filter(|accept| *accept != "*/*").cloned(),
            path: request.uri().path_and_query().filter(|path| path.path() != route).cloned(),
        }
    }
}

async fn answer(
    live: Arc<Core>,
    asked: Asked,
    target: usize,
    ending: Option<Ending>,
    running: Running,
    _admission: Option<Admission>,
) -> Response {
    // The chain catches panics inside of METRICS; one further out costs the connection, nothing else.
    let mut reply = match AssertUnwindSafe(current::within(target, running)).catch_unwind().await {
        Ok(reply) => reply,
        Err(panic) => closing(&*panic),
    };
    let error = ending.as_ref().map(|_| error_of(&reply));
    if reply.extensions().get::<Problem>().is_some() {
        reply = finished(&live, &asked, target, reply);
    }
    if let Some(fields) = &live.target(target).vary {
        reply.headers_mut().append(header::VARY, fields.clone());
    }
    let reply = if asked.head { without_body(reply) } else { reply };
    match ending {
        Some(ending) => ending.follow(reply, error.unwrap_or_default()),
        None => reply,
    }
}

/// A problem in its final form.
#[cold]
fn finished(live: &Core, asked: &Asked, target: usize, reply: Response) -> Response {
    let route = Some(&*live.target(target).route).filter(|route| !route.is_empty());
    let id = reply.headers().get(&REQUEST_ID_FIELD).cloned();
    let facts = RequestFacts {
        accept: asked.accept.as_ref(),
        path: asked.path.as_ref().map(PathAndQuery::path).or(route),
        request_id: id.as_ref().and_then(|id| id.to_str().ok()),
        reveal_causes: live.reveal_causes,
    };
    finish(reply, &facts, live.hook.as_deref())
}

#[cold]
fn closing(panic: &(dyn std::any::Any + Send)) -> Response {
    let mut reply = panicked(panic).into_response();
    reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// The reply to HEAD: what GET would send, less the content (RFC 9110, section 9.3.2).
fn without_body(mut reply: Response) -> Response {
    if let Some(length) = reply.body().size_hint().exact()
        && !reply.headers().contains_key(header::CONTENT_LENGTH)
        && length > 0
    {
        reply.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *reply.body_mut() = Body::empty();
    reply
}
