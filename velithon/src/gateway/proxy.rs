//! A gateway without code: the request as it came, changed as the route says, and its reply.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::access;
use super::error::GatewayError;
use super::exchange::Outbound;
use super::forward;
use super::here::client;
use super::passage;
use super::route::GatewayRoute;
use super::settings::Slash;
use crate::route::{Exchange, Live};

/// Forwards a request as its route says.
pub(crate) async fn proxy(route: Arc<GatewayRoute>, request: Request, exchange: Exchange) -> Response {
    let route = route.current();
    let grpc = forward::is_grpc(request.headers());
    match forwarded(&route, request, &exchange).await {
        Ok(reply) => reply,
        Err(error) if grpc => error.into_grpc(),
        Err(error) => error.into_response(),
    }
}

async fn forwarded(route: &GatewayRoute, request: Request, exchange: &Exchange) -> Result<Response, GatewayError> {
    let (mut parts, body) = request.into_parts();
    let client = client(&exchange.live, &exchange.peer, &parts.headers);
    let prepared = check_path(route, parts.uri.path(), &exchange.live, exchange.target)
        .and_then(|()| forward::prepare(&mut parts, route, client, &exchange.captures));
    let refused = |error: &GatewayError| access::refused(&route.upstream, exchange.notes.as_deref(), error);
    let (heading, snapshot) = prepared.inspect_err(refused)?;
    let outbound = Outbound { parts, body, heading, client: client.address, notes: exchange.notes.clone() };
    passage::send(route, &route.rules, outbound, snapshot).await
}

/// Holds an encoded slash or backslash against what the gateway says of it.
#[inline]
pub(crate) fn check_path(route: &GatewayRoute, path: &str, live: &Live, target: usize) -> Result<(), GatewayError> {
    if memchr::memchr(b'%', path.as_bytes()).is_none() { Ok(()) } else { check_encoded(route, path, live, target) }
}

#[cold]
fn check_encoded(route: &GatewayRoute, path: &str, live: &Live, target: usize) -> Result<(), GatewayError> {
    let lower = path.to_ascii_lowercase();
    if route.slash == Slash::Keep {
        return Ok(());
    }
    if lower.contains("%5c") {
        return Err(GatewayError::Request("the path has an encoded backslash"));
    }
    if !lower.contains("%2f") {
        return Ok(());
    }
    // An upstream that reads `%2F` as a slash must see no other route's path.
    let decoded = path.replace("%2F", "/").replace("%2f", "/");
    match route.slash == Slash::Checked && live.leads_to(&decoded, target) {
        true => Ok(()),
        false => Err(GatewayError::Request("the path has an encoded slash")),
    }
}
