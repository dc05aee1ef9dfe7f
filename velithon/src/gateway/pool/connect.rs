//! Making a connection: the address, TCP, TLS and the HTTP handshake, each by itself so that each has its own limit.

use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::Place;
use super::informational::Bounded;
use super::stream::Stream;
use crate::gateway::forward::Outgoing;
use crate::gateway::guard::is_internal;
use crate::gateway::node::Node;
use crate::gateway::outcome::Outcome;
use crate::gateway::settings::Http;

/// The longest head of a reply, in bytes.
const HEAD: usize = 256 * 1024;

/// What is received ahead on one stream, and on one connection (RFC 9113, section 5.2), in bytes.
const STREAM_WINDOW: u32 = 1024 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;

/// A connection on which nothing was said yet.
pub(crate) struct Dialled {
    stream: Stream,
    place: Place,
    http2: bool,
}

/// A connection that takes requests.
pub(crate) enum Ready {
    Http1(http1::SendRequest<Outgoing>),
    /// With the number of streams that the target allows at once.
    Http2(http2::SendRequest<Outgoing>, Arc<AtomicUsize>),
}

/// Connects to a target; a name without a known address is resolved first.
///
/// # Errors
/// [`Outcome::ConnectFailed`].
pub(crate) async fn dial(node: &Node, place: Place) -> Result<Dialled, Outcome> {
    let stream = match node.address() {
        _ if node.speech().guarded => guarded(node).await?,
        Some(ip) => TcpStream::connect(SocketAddr::new(ip, node.spec().port)).await,
        None => TcpStream::connect((node.spec().host.as_str(), node.spec().port)).await,
    };
    let stream = stream.map_err(|_| Outcome::ConnectFailed)?;
    // Small requests must not wait for the reply to an earlier packet.
    let _ = stream.set_nodelay(true);
    let http2 = node.speech().http == Http::H2c;
    Ok(Dialled { stream: Stream::Plain(stream), place, http2 })
}

/// Connects to the first address that may be dialled: it is the very address that was looked at.
///
/// # Errors
/// [`Outcome::Blocked`] when there is none.
#[cold]
async fn guarded(node: &Node) -> Result<std::io::Result<TcpStream>, Outcome> {
    let (host, port) = (node.spec().host.as_str(), node.spec().port);
    let found = match node.address() {
        Some(ip) => vec![SocketAddr::new(ip, port)],
        None => tokio::net::lookup_host((host, port)).await.map_err(|_| Outcome::ConnectFailed)?.collect(),
    };
    let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| !is_internal(address.ip())).collect();
    if allowed.is_empty() { Err(Outcome::Blocked) } else { Ok(TcpStream::connect(&*allowed).await) }
}

/// Proves the target's name, and agrees on the version of HTTP; nothing to do without TLS. `http1` leaves no choice: a
/// protocol can be changed on HTTP/1.1 alone.
///
/// # Errors
/// [`Outcome::TlsFailed`].
pub(crate) async fn secure(node: &Node, dialled: Dialled, http1: bool) -> Result<Dialled, Outcome> {
    if !node.is_secure() {
        return Ok(dialled);
    }
    #[cfg(feature = "gateway-tls")]
    let Stream::Plain(stream) = dialled.stream else { return Ok(dialled) };
    #[cfg(not(feature = "gateway-tls"))]
    let Stream::Plain(stream) = dialled.stream;
    let (stream, http2) = node.speech().tls.connect(node, stream, http1).await?;
    Ok(Dialled { stream, place: dialled.place, http2 })
}

/// Begins HTTP, and lets a task of this runtime drive the connection.
///
/// # Errors
/// [`Outcome::Reset`], when the target ends the connection at once.
pub(crate) async fn handshake(dialled: Dialled) -> Result<Ready, Outcome> {
    let Dialled { stream, place, http2 } = dialled;
    if http2 { begin_http2(stream, place).await } else { begin_http1(stream, place).await }
}

async fn begin_http1(stream: Stream, place: Place) -> Result<Ready, Outcome> {
    let mut builder = http1::Builder::new();
    builder.max_header_size(HEAD);
    let (sender, connection) =
        builder.handshake(TokioIo::new(Bounded::new(stream))).await.map_err(|_| Outcome::Reset)?;
    let place = place.made();
    tokio::spawn(async move {
        let _place = place;
        // Whoever waits for a reply is told by it; an idle connection's end is no event.
        let _ = connection.with_upgrades().await;
    });
    Ok(Ready::Http1(sender))
}

async fn begin_http2(stream: Stream, place: Place) -> Result<Ready, Outcome> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEAD as u32);
    let (sender, mut connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Outcome::Reset)?;
    let room = Arc::new(AtomicUsize::new(connection.current_max_send_streams()));
    let told = Arc::clone(&room);
    let place = place.made();
    tokio::spawn(async move {
        let _place = place;
        let driven = poll_fn(|cx| {
            let polled = Pin::new(&mut connection).poll(cx);
            // The target may change its mind at any time, and only the connection hears of it.
            room.store(connection.current_max_send_streams(), Relaxed);
            polled
        });
        let _ = driven.await;
    });
    Ok(Ready::Http2(sender, told))
}

/// The address that a host is, when it is no name.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    host.parse().ok()
}
