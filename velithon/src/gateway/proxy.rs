//! A gateway without code: the request as it came, changed as the route says, and its reply.

use std::future::ready;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::access;
use super::error::GatewayError;
use super::exchange::Outbound;
use super::forward::{self, Snapshot};
use super::here::client;
use super::passage;
use super::route::GatewayRoute;
use super::settings::Slash;
use crate::inject::BoxFuture;
use crate::route::{Exchange, Live};

/// Forwards a request as its route says. Everything that waits for nothing is done before this returns: the future holds
/// the request once, and none of what it was read from.
pub(crate) fn proxy(route: &Arc<GatewayRoute>, request: Request, exchange: &Exchange) -> BoxFuture<'static, Response> {
    let route = route.current();
    let (mut parts, body) = request.into_parts();
    let client = client(&exchange.live, &exchange.peer, &parts.headers);
    let prepared = check_path(&route, parts.uri.path(), &exchange.live, exchange.target)
        .and_then(|()| forward::prepare(&mut parts, &route, client, &exchange.captures));
    match prepared {
        Ok((heading, snapshot)) => {
            let outbound = Outbound { parts, body, heading, client: client.address, notes: exchange.notes.clone() };
            Box::pin(forwarded(route, outbound, snapshot))
        }
        Err(error) => {
            access::refused(&route.upstream, exchange.notes.as_deref(), &error);
            Box::pin(ready(told(error, forward::is_grpc(&parts.headers))))
        }
    }
}

async fn forwarded(route: Arc<GatewayRoute>, mut outbound: Outbound, snapshot: Option<Box<Snapshot>>) -> Response {
    match passage::send(&route, &route.rules, &mut outbound, snapshot.as_deref()).await {
        Ok(reply) => reply,
        Err(error) => told(error, outbound.heading.grpc.is_some()),
    }
}

#[cold]
fn told(error: GatewayError, grpc: bool) -> Response {
    if grpc { error.into_grpc() } else { error.into_response() }
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
