//! An open loop: requests at a fixed rate, whether or not the server keeps up, each timed from the moment it was due.
//!
//! That is what a client feels who did not agree to wait for others; a closed loop would ask less when it is slow.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::Request;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Result;

/// Idle connections, the one used last at the end.
type Pool = Arc<Mutex<VecDeque<SendRequest<Full<Bytes>>>>>;

/// Connections that are used in turns, so that every core of the server gets its share.
const CONNECTIONS: usize = 16;

/// Asks for `path` `rate` times a second for so long; returns the latencies in ascending order.
pub(crate) async fn run(address: SocketAddr, path: &'static str, rate: u32, time: Duration) -> Result<Vec<Duration>> {
    let pool = Pool::default();
    for _ in 0..CONNECTIONS {
        pool.lock().await.push_back(connect(address).await?);
    }
    let begun = Instant::now();
    let mut asked = JoinSet::new();
    for number in 0..(f64::from(rate) * time.as_secs_f64()) as u32 {
        let due = begun + Duration::from_secs(1) * number / rate;
        sleep_until(due).await;
        asked.spawn(one(pool.clone(), address, path, due));
    }
    let mut latencies = Vec::new();
    while let Some(done) = asked.join_next().await {
        latencies.push(done??);
    }
    latencies.sort_unstable();
    Ok(latencies)
}

async fn one(pool: Pool, address: SocketAddr, path: &'static str, due: Instant) -> Result<Duration> {
    let idle = pool.lock().await.pop_front();
    let mut sender = match idle {
        Some(sender) => sender,
        None => connect(address).await?,
    };
    sender.ready().await?;
    let request = Request::get(path).header("host", "localhost").body(Full::default())?;
    let reply = sender.send_request(request).await?;
    if !reply.status().is_success() {
        return Err(format!("{path} was answered with {}", reply.status()).into());
    }
    reply.into_body().collect().await?;
    let took = due.elapsed();
    pool.lock().await.push_back(sender);
    Ok(took)
}

/// Opens a connection that lives for as long as its sender.
async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}
