//! Making a connection: the address, TCP, and the HTTP handshake, each by itself so that each has its own limit.

use std::net::{IpAddr, SocketAddr};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::stream::Stream;
use super::{Place, Sender};
use crate::gateway::outcome::Outcome;
use crate::gateway::upstream::Node;

/// The longest head of a reply.
const HEAD: usize = 256 * 1024;

/// A connection on which nothing was said yet.
pub(crate) struct Dialled {
    stream: Stream,
    place: Place,
}

/// Connects to a target; a name without a known address is resolved first.
///
/// # Errors
/// [`Outcome::ConnectFailed`].
pub(crate) async fn dial(node: &Node, place: Place) -> Result<Dialled, Outcome> {
    let stream = match node.address() {
        Some(ip) => TcpStream::connect(SocketAddr::new(ip, node.spec().port)).await,
        None => TcpStream::connect((node.spec().host.as_str(), node.spec().port)).await,
    };
    let stream = stream.map_err(|_| Outcome::ConnectFailed)?;
    // Small requests must not wait for the reply to an earlier packet.
    let _ = stream.set_nodelay(true);
    Ok(Dialled { stream: Stream::Plain(stream), place })
}

/// Agrees on HTTP, and lets a task of this runtime drive the connection.
///
/// # Errors
/// [`Outcome::Reset`] or [`Outcome::Protocol`].
pub(crate) async fn handshake(dialled: Dialled) -> Result<Sender, Outcome> {
    let Dialled { stream, place } = dialled;
    let mut builder = http1::Builder::new();
    builder.max_header_size(HEAD);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Outcome::Reset)?;
    tokio::spawn(async move {
        let _place = place;
        // Whoever waits for a reply is told by it; an idle connection's end is no event.
        let _ = connection.with_upgrades().await;
    });
    Ok(Sender::Http1(sender))
}

/// The address that a host is, when it is no name.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    host.parse().ok()
}
