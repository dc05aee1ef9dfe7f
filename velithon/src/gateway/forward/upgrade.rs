//! A change of protocol, and the tunnel that follows it (RFC 9110, section 7.8).
//!
//! The tunnel hands on bytes in both directions until both sides have ended or neither has said anything for the limit. What
//! was read behind the heads on either side comes first: hyper keeps it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName, HeaderValue, UPGRADE};
use http::request::Parts;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};

use crate::gateway::error::GatewayError;
use crate::gateway::time::Moment;

const ACCEPT: HeaderName = HeaderName::from_static("sec-websocket-accept");

/// Bytes that are under way in one direction.
const BUFFER: usize = 16 * 1024;

/// The change of protocol that a client asked for.
#[derive(Debug)]
pub(crate) struct Upgrade {
    protocol: HeaderValue,
    client: OnUpgrade,
}

/// Puts the client's wish to change the protocol into the head for the upstream.
///
/// # Errors
/// A request with a body cannot change the protocol: its end could not be told from the beginning of the next one.
pub(crate) fn ask_upgrade(
    parts: &mut Parts,
    protocol: Option<HeaderValue>,
    has_body: bool,
) -> Result<Option<Upgrade>, GatewayError> {
    let Some(protocol) = protocol.filter(|protocol| !names(protocol, b"h2c")) else { return Ok(None) };
    if has_body {
        return Err(GatewayError::Request("a request that changes the protocol has no body"));
    }
    let Some(client) = parts.extensions.remove::<OnUpgrade>() else { return Ok(None) };
    parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    parts.headers.insert(UPGRADE, protocol.clone());
    Ok(Some(Upgrade { protocol, client }))
}

impl Upgrade {
    /// Whether a 101 answers what was asked: the protocol is one of those, and a WebSocket says that it understood the
    /// key (RFC 6455, section 4.1).
    pub(crate) fn is_answered(&self, protocol: &HeaderValue, headers: &HeaderMap) -> bool {
        let websocket = protocol.as_bytes().eq_ignore_ascii_case(b"websocket");
        names(&self.protocol, protocol.as_bytes()) && (!websocket || headers.contains_key(ACCEPT))
    }

    /// The client's side of the connection, once the reply is out.
    pub(crate) fn into_client(self) -> OnUpgrade {
        self.client
    }
}

/// Whether `protocol` is among those of a line.
fn names(line: &HeaderValue, protocol: &[u8]) -> bool {
    line.as_bytes().split(|byte| *byte == b',').any(|one| one.trim_ascii().eq_ignore_ascii_case(protocol))
}

/// Hands on bytes until both sides have ended; returns how many went to the upstream and to the client.
pub(crate) async fn tunnel(client: OnUpgrade, upstream: OnUpgrade, idle: Option<Duration>) -> (u64, u64) {
    let (Ok(client), Ok(upstream)) = tokio::join!(client, upstream) else { return (0, 0) };
    let activity = Activity::default();
    let both = both(client, upstream, &activity);
    match idle {
        None => both.await,
        Some(idle) => tokio::select! {
            _ = both => {}
            () = activity.ceases(idle) => {}
        },
    }
    (activity.up.load(Relaxed), activity.down.load(Relaxed))
}

async fn both(client: Upgraded, upstream: Upgraded, activity: &Activity) {
    let (mut client_reads, mut client_writes) = split(TokioIo::new(client));
    let (mut upstream_reads, mut upstream_writes) = split(TokioIo::new(upstream));
    tokio::join!(
        pump(&mut client_reads, &mut upstream_writes, &activity.up, &activity.last),
        pump(&mut upstream_reads, &mut client_writes, &activity.down, &activity.last),
    );
}

/// Hands on one direction; its end is passed on, and the other direction goes on.
async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    count: &AtomicU64,
    last: &AtomicU64,
) {
    // Most tunnels are silent most of the time: the buffer is made at the first byte.
    let mut first = [0; 64];
    let mut buffer = Vec::new();
    loop {
        let read = if buffer.is_empty() { from.read(&mut first).await } else { from.read(&mut buffer).await };
        let length = match read {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        let bytes = if buffer.is_empty() { &first[..length] } else { &buffer[..length] };
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            break;
        }
        count.fetch_add(length as u64, Relaxed);
        last.store(Moment::now().as_micros(), Relaxed);
        if buffer.is_empty() {
            buffer.resize(BUFFER, 0);
        }
    }
    let _ = to.shutdown().await;
}

/// When a tunnel last had something to hand on.
#[derive(Debug, Default)]
struct Activity {
    last: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Activity {
    /// Resolves when nothing has passed for `idle`.
    async fn ceases(&self, idle: Duration) {
        self.last.fetch_max(Moment::now().as_micros(), Relaxed);
        loop {
            let silent = Moment::now().since(Moment::from_micros(self.last.load(Relaxed)));
            match idle.checked_sub(silent).filter(|left| !left.is_zero()) {
                Some(left) => tokio::time::sleep(left).await,
                None => return,
            }
        }
    }
}
