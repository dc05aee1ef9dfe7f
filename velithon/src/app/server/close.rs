//! How a connection ends on a client that does not expect it: with an answer, and with time to read it.
//!
//! A socket that is closed with bytes unread makes the kernel send a reset, and a reset makes the client's kernel throw
//! away the reply it has not read yet (RFC 9112, section 9.6). So the server stops writing, and reads on for a while.

use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::timeout;

use super::Serve;
use super::exchange::Whole;
use super::io::Io;
use super::link::Link;
use super::refusal::Refusal;
use super::worker::Stage;

/// How long a client may go on sending after its last reply.
const LINGER: Duration = Duration::from_secs(2);

/// Answers a head that never became complete, and closes.
///
/// hyper has no request to reply to, so it is shown one: the reply gets its date and framing like any other.
pub(super) async fn answer_slow_head<S: Serve>(io: Io<S>, link: &Arc<Link<S>>) {
    let io = TokioIo::new(io.pretend(b"GET / HTTP/1.1\r\n\r\n"));
    let service = service_fn(|_| {
        let response = link.service.refuse(Refusal::SlowHead).map(|body| Whole::new(body, link.clone(), None, false));
        ready(Ok::<_, Infallible>(response))
    });
    let mut builder = link.worker.http1.clone();
    let mut connection = builder.keep_alive(false).serve_connection(io, service);
    // A client that does not read its refusal is not waited for again.
    if timeout(link.worker.head_timeout, &mut connection).await.is_ok() {
        linger(connection.into_parts().io.into_inner(), link).await;
    }
}

/// Reads and forgets what the client still sends, until it has nothing more to say.
pub(super) async fn linger<S: Serve>(mut io: Io<S>, link: &Arc<Link<S>>) {
    let mut scratch = vec![0; 16 * 1024];
    let listen = poll_fn(|cx| {
        loop {
            let mut buf = ReadBuf::new(&mut scratch);
            let read = ready!(Pin::new(&mut io).poll_read(cx, &mut buf));
            if read.is_err() || buf.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    });
    tokio::select! {
        _ = timeout(LINGER, listen) => {}
        () = link.worker.reached(Stage::Cut) => {}
    }
}
