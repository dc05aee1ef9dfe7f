//! The head that the upstream sees. The order is fixed: fields of the connection out, what a stranger claims out, ours in,
//! the edits of the gateway; then, for each target, the host. Nothing comes after framing.

use std::net::IpAddr;

use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;

use super::forwarded::{self, Origin};
use super::grpc::{self, Call};
use super::hop::{self, Hop};
use crate::gateway::error::GatewayError;
use crate::gateway::route::GatewayRoute;
use crate::route::Captures;

/// Who asks, as far as the upstream is to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    /// The address at the other end of the connection; nothing for a Unix socket.
    pub(crate) peer: Option<IpAddr>,
    /// Whether that may speak for others.
    pub(crate) trusted: bool,
    /// Whether it came by TLS.
    pub(crate) secure: bool,
}

/// What was learned of a head while it was rewritten.
#[derive(Debug)]
pub(crate) struct Heading {
    /// The protocol the client wants to change to.
    pub(crate) upgrade: Option<HeaderValue>,
    /// Whether the client takes trailers.
    pub(crate) trailers: bool,
    /// The host to send; nothing for that of the target.
    pub(crate) host: Option<HeaderValue>,
    /// Present for a call of gRPC.
    pub(crate) grpc: Option<Call>,
}

/// Makes the head of a request ready for any target.
///
/// # Errors
/// That it runs in a circle.
pub(crate) fn prepare(
    parts: &mut Parts,
    route: &GatewayRoute,
    client: Client,
    captures: &Captures,
) -> Result<Heading, GatewayError> {
    if forwarded::is_loop(&parts.headers) {
        return Err(GatewayError::Loop);
    }
    let version = parts.version;
    let Hop { upgrade, trailers, .. } = hop::strip(&mut parts.headers, version);
    let asked = match parts.uri.authority() {
        Some(_) => forwarded::client_host(&parts.uri, &parts.headers),
        None => parts.headers.remove(HOST),
    };
    let origin = Origin {
        peer: client.peer,
        trusted: client.trusted,
        secure: client.secure,
        host: asked.as_ref(),
        prefix: route.stripped(),
        forwarded: route.writes_forwarded(),
    };
    forwarded::write(&mut parts.headers, &origin);
    forwarded::via(&mut parts.headers, version);
    if let Some(path) = parts.uri.path_and_query()
        && let Some(path) = route.path().apply(path, captures)
    {
        parts.uri = path.into();
    }
    let host = route.host(asked);
    let grpc = grpc::call(&parts.headers);
    if trailers {
        // The client's own `TE` went out with the fields of its connection.
        hop::take_trailers(&mut parts.headers);
    }
    Ok(Heading { upgrade, trailers: trailers || version == http::Version::HTTP_2, host, grpc })
}
