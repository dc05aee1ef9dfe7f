//! Takes connections from one listener, or from another thread, and starts them on a worker.
//!
//! It stops when the worker closes, after everything the kernel had already accepted has been taken over: a client that
//! got through is answered. An error of `accept` never ends it.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::sleep;

use super::Serve;
use super::connection;
use super::listen::Listener;
use super::transport::{Socket, Transport};
use super::worker::{Stage, Worker};
use crate::peer::Peer;

/// A connection on its way to the thread that will serve it.
pub(super) type Arrival = (Socket, Peer);

/// Where accepted connections go.
pub(super) enum Destination<S> {
    /// To a worker of the same runtime.
    Here(Arc<Worker>, S),
    /// To the workers of other threads, in turn.
    Threads(Vec<mpsc::Sender<Arrival>>),
}

impl<S: Serve> Destination<S> {
    async fn take(&mut self, transport: Transport, peer: Peer) {
        match self {
            Self::Here(worker, service) => start(transport, peer, worker, service).await,
            Self::Threads(threads) => {
                threads.rotate_left(1);
                if let (Ok(socket), Some(thread)) = (transport.into_socket(), threads.first()) {
                    // A thread that is gone has ended with everything it had.
                    let _ = thread.send((socket, peer)).await;
                }
            }
        }
    }
}

/// Takes what arrives at `listener` until `worker` closes.
pub(super) async fn accept<S: Serve>(listener: Listener, worker: Arc<Worker>, mut destination: Destination<S>) {
    let mut closing = pin!(worker.reached(Stage::Closing));
    let mut pauses = Pauses::default();
    loop {
        tokio::select! {
            biased;
            () = &mut closing => break,
            accepted = listener.accept() => match accepted {
                Ok((transport, peer)) => {
                    pauses = Pauses::default();
                    destination.take(transport, peer).await;
                }
                Err(error) => wait_out(&error, &mut pauses, &worker).await,
            },
        }
    }
    for (transport, peer) in listener.rest() {
        destination.take(transport, peer).await;
    }
}

/// Serves what other threads hand over until they stop doing so.
pub(super) async fn serve_arrivals<S: Serve>(mut arrivals: mpsc::Receiver<Arrival>, worker: Arc<Worker>, service: S) {
    while let Some((socket, peer)) = arrivals.recv().await {
        match Transport::new(socket) {
            Ok(transport) => start(transport, peer, &worker, &service).await,
            Err(error) => tracing::debug!(%error, "a connection was lost between two threads"),
        }
    }
}

async fn wait_out(error: &io::Error, pauses: &mut Pauses, worker: &Worker) {
    let Some(pause) = pauses.after(error) else {
        tracing::debug!(%error, "a client left before it was accepted");
        return;
    };
    if pause == Pauses::FIRST {
        tracing::warn!(%error, "no connection can be accepted; trying again until one can");
    }
    tokio::select! {
        () = sleep(pause) => {}
        () = worker.reached(Stage::Closing) => {}
    }
}

async fn start<S: Serve>(transport: Transport, peer: Peer, worker: &Arc<Worker>, service: &S) {
    if let Some(seat) = seat(worker).await {
        tokio::spawn(connection::run(transport, peer, service.clone(), worker.clone(), seat));
    }
}

/// A place among the open connections; none once everything is being cut.
async fn seat(worker: &Worker) -> Option<OwnedSemaphorePermit> {
    if let Ok(seat) = worker.seats.clone().try_acquire_owned() {
        return Some(seat);
    }
    tokio::select! {
        biased;
        seat = worker.seats.clone().acquire_owned() => seat.ok(),
        () = worker.reached(Stage::Cut) => None,
    }
}

/// How long to wait after errors of `accept` that follow each other.
#[derive(Debug, Default)]
struct Pauses {
    last: Option<Duration>,
}

impl Pauses {
    const FIRST: Duration = Duration::from_millis(5);
    const LONGEST: Duration = Duration::from_secs(1);

    /// The wait before the next try; none when only that one connection failed (accept(2), "Error handling").
    fn after(&mut self, error: &io::Error) -> Option<Duration> {
        if is_about_one_connection(error) {
            return None;
        }
        // Out of descriptors or memory: the connection stays in the backlog, and trying at once would only spin.
        let pause = self.last.map_or(Self::FIRST, |last| (last * 2).min(Self::LONGEST));
        self.last = Some(pause);
        Some(pause)
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::NetworkUnreachable
            | ErrorKind::PermissionDenied
            | ErrorKind::Interrupted
            | ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_left_early_delays_nobody() {
        assert_eq!(Pauses::default().after(&ErrorKind::ConnectionAborted.into()), None);
    }

    #[test]
    fn a_lack_of_descriptors_is_waited_out_ever_longer() {
        let lack = io::Error::from_raw_os_error(24);
        let mut pauses = Pauses::default();
        let waits: Vec<_> = (0..12).filter_map(|_| pauses.after(&lack)).collect();
        assert_eq!(waits[..3], [5, 10, 20].map(Duration::from_millis));
        assert_eq!(waits.last(), Some(&Pauses::LONGEST));
    }
}
