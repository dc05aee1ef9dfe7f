//! The head that the upstream sees. The order is fixed: fields of the connection out, what a stranger claims out, ours in,
//! the edits of the gateway; then, for each target, the host. Nothing comes after framing.

use std::net::IpAddr;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};

use super::edit::Facts;
use super::forwarded::{self, Origin};
use super::grpc::{self, Call};
use super::hop::{self, Hop};
use super::survey::Survey;
use super::trailers;
use crate::gateway::error::GatewayError;
use crate::gateway::route::GatewayRoute;
use crate::middleware::RequestId;
use crate::route::Captures;

const MAX_FORWARDS: HeaderName = HeaderName::from_static("max-forwards");

/// Who asks, as far as the upstream is to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    /// The address at the other end of the connection; nothing for a Unix socket.
    pub(crate) peer: Option<IpAddr>,
    /// Whether that may speak for others.
    pub(crate) trusted: bool,
    /// The client, behind whatever proxies are trusted.
    pub(crate) address: Option<IpAddr>,
    /// Whether it came by TLS.
    pub(crate) secure: bool,
}

/// What was learned of a head while it was rewritten.
#[derive(Debug, Default)]
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

/// What the edits of a reply may ask about its request.
#[derive(Debug)]
pub(crate) struct Snapshot {
    client: Option<IpAddr>,
    request_id: Option<RequestId>,
    path: Option<PathAndQuery>,
    captures: Captures,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) secure: bool,
    headers: HeaderMap,
}

impl Snapshot {
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            client: self.client,
            request_id: self.request_id.as_ref().map(RequestId::as_str),
            path: self.path.as_ref().map_or("", PathAndQuery::path),
            captures: &self.captures,
            host: self.host.as_ref(),
            headers: &self.headers,
        }
    }
}

/// Makes the head of a request ready for any target.
///
/// # Errors
/// That it runs in a circle, and edits that cannot be made of it.
pub(crate) fn prepare(
    parts: &mut Parts,
    route: &GatewayRoute,
    client: Client,
    captures: &Captures,
) -> Result<(Heading, Option<Box<Snapshot>>), GatewayError> {
    let survey = Survey::of(&parts.headers);
    if survey.via && forwarded::is_loop(&parts.headers) {
        return Err(GatewayError::Loop);
    }
    count_forwards(parts)?;
    let version = parts.version;
    let Hop { upgrade, trailers: takes_trailers, .. } = hop::strip(&mut parts.headers, version, survey);
    // The field stays for now: the target's own takes its place, when that is known.
    let asked = forwarded::client_host(&parts.uri, &parts.headers);
    if asked.as_ref().is_some_and(HeaderValue::is_empty) {
        return Err(GatewayError::Request("the field `Host` is empty"));
    }
    if survey.trailer {
        trailers::filter_names(&mut parts.headers);
    }
    let origin = Origin {
        peer: client.peer,
        trusted: client.trusted,
        secure: client.secure,
        host: asked.as_ref(),
        prefix: route.stripped.as_ref(),
        forwarded: route.forwarded,
    };
    forwarded::write(&mut parts.headers, &origin, survey);
    forwarded::via(&mut parts.headers, version);
    let snapshot = snapshot(parts, route, client, captures, asked.as_ref());
    if let Some(path) = parts.uri.path_and_query()
        && let Some(path) = route.path.apply(path, captures)
    {
        parts.uri = path.into();
    }
    if let (false, Some(snapshot)) = (route.request.is_empty(), &snapshot) {
        route.request.request(parts, &snapshot.facts())?;
    }
    let host = route.host(asked);
    let grpc = survey.grpc.then(|| grpc::call(&parts.headers));
    if takes_trailers {
        // The client's own `TE` went out with the fields of its connection.
        hop::take_trailers(&mut parts.headers);
    }
    Ok((Heading { upgrade, trailers: takes_trailers || version == Version::HTTP_2, host, grpc }, snapshot))
}

/// What edits may ask for, where there are any.
#[inline]
fn snapshot(
    parts: &Parts,
    route: &GatewayRoute,
    client: Client,
    captures: &Captures,
    host: Option<&HeaderValue>,
) -> Option<Box<Snapshot>> {
    if route.request.is_empty() && route.response.is_empty() {
        return None;
    }
    Some(Box::new(Snapshot {
        client: client.address,
        request_id: parts.extensions.get::<RequestId>().cloned(),
        path: parts.uri.path_and_query().cloned(),
        captures: captures.clone(),
        host: host.cloned(),
        secure: client.secure,
        headers: if route.response.is_empty() { HeaderMap::new() } else { parts.headers.clone() },
    }))
}

/// `Max-Forwards` of OPTIONS goes down by one (RFC 9110, section 7.6.2).
///
/// # Errors
/// That it is nought: then the request is for us.
fn count_forwards(parts: &mut Parts) -> Result<(), GatewayError> {
    if parts.method != Method::OPTIONS {
        return Ok(());
    }
    let Some(left) = parts.headers.get(MAX_FORWARDS) else { return Ok(()) };
    match left.to_str().ok().and_then(|left| left.trim().parse::<u32>().ok()) {
        Some(0) => Err(GatewayError::Here),
        Some(left) => {
            parts.headers.insert(MAX_FORWARDS, HeaderValue::from(left - 1));
            Ok(())
        }
        None => Ok(()),
    }
}
