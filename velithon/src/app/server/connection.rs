//! One connection, from its first byte to its last: which HTTP it speaks, its requests, and how it ends.
//!
//! The first bytes tell HTTP/1 from HTTP/2 (RFC 9113, section 3.3: prior knowledge); hyper does the rest, and the
//! [`Vigil`] says when to close. A client that leaves drops the future of its handler, by hyper's doing.
//!
//! Nothing here catches a panic: it ends the task, and so the connection, and nothing else.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body as _, Incoming};
use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::OwnedSemaphorePermit;

use super::Serve;
use super::close::{answer_slow_head, linger};
use super::exchange::exchange;
use super::io::{Io, Version};
use super::link::{Link, Phase};
use super::shutdown::Kind;
use super::transport::Transport;
use super::vigil::{Event, Vigil};
use super::worker::{Stage, Worker};
use crate::peer::Peer;

/// Serves one connection until it ends.
///
/// What serves requests is boxed, so that a connection without one holds its socket, its clock and little else.
pub(super) async fn run<S: Serve>(
    transport: Transport,
    peer: Peer,
    service: S,
    worker: Arc<Worker>,
    seat: OwnedSemaphorePermit,
) {
    let vigil = Vigil::new(worker.clone());
    let link = Arc::new(Link::new(service, peer, worker, seat));
    let io = Io::new(transport, link.clone());
    let Some((mut io, mut vigil, version)) = first(io, vigil, &link, Io::poll_version).await else { return };
    if version == Version::Http2 {
        return Box::pin(http2(io.unwatched(), vigil, link)).await;
    }
    while let Some(parked) = Box::pin(http1(io, vigil, link.clone())).await {
        let Some((roused, watched, ())) = first(parked.0, parked.1, &link, Io::poll_begin).await else { return };
        (io, vigil) = (roused, watched);
    }
}

/// Waits for the first bytes of a request; none when the connection ended before it said anything of use.
async fn first<S: Serve, T>(
    mut io: Io<S>,
    mut vigil: Vigil,
    link: &Arc<Link<S>>,
    poll: fn(&mut Io<S>, &mut Context<'_>) -> Poll<Option<T>>,
) -> Option<(Io<S>, Vigil, T)> {
    let found = poll_fn(|cx| {
        if let Poll::Ready(begun) = poll(&mut io, cx) {
            return Poll::Ready(Ok(begun));
        }
        // Not one head is complete: whatever the vigil says, the connection has nothing to finish.
        vigil.poll(cx, &link.pulse).map(Err)
    });
    match found.await {
        Ok(begun) => Some((io, vigil, begun?)),
        Err(Event::SlowHead) => {
            Box::pin(answer_slow_head(io, link)).await;
            None
        }
        Err(Event::Unread) => {
            link.pulse.reset();
            None
        }
        Err(Event::Idle | Event::Park | Event::Closing | Event::Cut) => None,
    }
}

/// Serves requests until the connection ends, or has none for so long that it is given back, to be parked.
async fn http1<S: Serve>(io: Io<S>, mut vigil: Vigil, link: Arc<Link<S>>) -> Option<(Io<S>, Vigil)> {
    let _loss = Loss(link.clone());
    let _warm = link.worker.warm_up();
    let service = service_fn(|request: hyper::Request<Incoming>| {
        link.pulse.called(request.body().is_end_stream());
        exchange(link.clone(), request)
    });
    let mut connection = link.worker.http1.serve_connection(TokioIo::new(io), service).with_upgrades();
    vigil.may_park(true);
    let end = poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = Pin::new(&mut connection).poll(cx) {
                return Poll::Ready(End::Done(done));
            }
            match ready!(vigil.poll(cx, &link.pulse)) {
                Event::Closing => Pin::new(&mut connection).graceful_shutdown(),
                Event::Park => return Poll::Ready(End::Parked),
                Event::Idle | Event::Cut => return Poll::Ready(End::Dropped),
                Event::Unread => return Poll::Ready(End::Unread),
                Event::SlowHead => return Poll::Ready(End::SlowHead),
            }
        }
    });
    let end = end.await;
    vigil.may_park(false);
    let parts = connection.into_parts()?;
    let mut io = parts.io.into_inner();
    match end {
        End::Parked => {
            io.give_back(&parts.read_buf);
            return Some((io, vigil));
        }
        End::SlowHead => answer_slow_head(io, &link).await,
        End::Done(done) if may_still_send(&link, &done) => linger(io, &link).await,
        End::Unread => link.pulse.reset(),
        End::Done(_) | End::Dropped => {}
    }
    None
}

/// How an HTTP/1 connection came to its end.
enum End {
    /// By its own rules, or by an error hyper has answered.
    Done(hyper::Result<()>),
    /// As it was: idle for too long, or cut.
    Dropped,
    /// It has not; it only has no request for now.
    Parked,
    /// With bytes that the client did not take.
    Unread,
    SlowHead,
}

/// Whether the client may be sending still: a body nobody read, or the rest of a head that was refused.
fn may_still_send<S>(link: &Link<S>, done: &hyper::Result<()>) -> bool {
    match done {
        Ok(()) => link.pulse.had_body(),
        Err(error) => error.is_parse(),
    }
}

async fn http2<S: Serve>(io: Io<S>, mut vigil: Vigil, link: Arc<Link<S>>) {
    // Begun in the stream's own task: a panic is to reset that stream alone.
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let link = link.clone();
        async move { exchange(link, request).await }
    });
    let builder = link.worker.http2(Streams(link.clone()));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(io), service));
    let mut leaving = false;
    // The preface was taken for the beginning of a head.
    link.pulse.set(Phase::IdleNew);
    poll_fn(|cx| {
        loop {
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            match ready!(vigil.poll(cx, &link.pulse)) {
                Event::Cut => return Poll::Ready(()),
                Event::Unread => {
                    link.pulse.reset();
                    return Poll::Ready(());
                }
                // The client was told to leave and its streams have ended; it may not answer at all.
                Event::Idle if leaving => return Poll::Ready(()),
                Event::Idle | Event::Park | Event::Closing | Event::SlowHead => {
                    leaving = true;
                    connection.as_mut().graceful_shutdown();
                    vigil.hurry(cx);
                }
            }
        }
    })
    .await;
}

/// Counts a request as cut when its connection is dropped with it.
struct Loss<S>(Arc<Link<S>>);

impl<S> Drop for Loss<S> {
    fn drop(&mut self) {
        if self.0.pulse.is_busy_alone() {
            count_loss(&self.0);
        }
    }
}

/// Whatever ends at this stage did not end by itself: a clean end leaves nothing to be cut.
fn count_loss<S>(link: &Link<S>) {
    if link.worker.stage() == Stage::Cut {
        link.worker.shutdown.count_cut(Kind::Request, 1);
    }
}

/// Runs the streams of an HTTP/2 connection as tasks of its runtime, and knows how many there are.
struct Streams<S>(Arc<Link<S>>);

impl<S> Clone for Streams<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Serve, F: Future<Output = ()> + Send + 'static> Executor<F> for Streams<S> {
    fn execute(&self, future: F) {
        let stream = Stream::begin(self.0.clone());
        tokio::spawn(async move {
            let _stream = stream;
            future.await;
        });
    }
}

/// One stream under way.
struct Stream<S>(Arc<Link<S>>);

impl<S> Stream<S> {
    fn begin(link: Arc<Link<S>>) -> Self {
        link.pulse.stream_began();
        Self(link)
    }
}

impl<S> Drop for Stream<S> {
    fn drop(&mut self) {
        self.0.pulse.stream_ended();
        // Dropped with its runtime or reset with its connection: either way it is lost.
        count_loss(&self.0);
    }
}
