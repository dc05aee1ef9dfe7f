//! A gateway without code: the request as it came, changed as the route says, and its reply.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::error::GatewayError;
use super::exchange::{Outbound, run};
use super::forward::{self, Client};
use super::route::GatewayRoute;
use crate::route::Exchange;

/// Forwards a request as its route says.
pub(crate) async fn proxy(route: Arc<GatewayRoute>, request: Request, exchange: Exchange) -> Response {
    let grpc = forward::is_grpc(request.headers());
    match forwarded(&route, request, &exchange).await {
        Ok(reply) => reply,
        Err(error) if grpc => error.into_grpc(),
        Err(error) => error.into_response(),
    }
}

async fn forwarded(route: &GatewayRoute, request: Request, exchange: &Exchange) -> Result<Response, GatewayError> {
    let (mut parts, body) = request.into_parts();
    let proxies = &exchange.live.proxies;
    let client = proxies.client(&exchange.peer, &parts.headers);
    let peer = Client { peer: exchange.peer.ip(), trusted: proxies.trusts(&exchange.peer), secure: false };
    let heading = forward::prepare(&mut parts, route, peer, &exchange.captures)?;
    run(&route.upstream, &route.rules, Outbound { parts, body, heading, client }).await
}
