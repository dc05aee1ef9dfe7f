//! Threads and runtimes: who accepts, who serves, and how the threads are joined.
//!
//! Per core: one thread each, with a single-threaded runtime and a listener of its own; the caller's runtime only waits,
//! and accepts for sockets that cannot be shared. Work stealing: everything are tasks of the caller's runtime.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Serve;
use super::accept::{Arrival, Destination, accept, serve_arrivals};
use super::listen::{Bound, Listener};
use super::shutdown::Kind;
use super::worker::{Stage, Worker};
use crate::fault::Fault;

/// How long a thread may take to drop what was cut; a handler that blocks its thread takes longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Connections on their way to one thread; more wait in the backlog.
const HANDED_OVER: usize = 64;

/// Everything that serves, until it is told to stop.
#[derive(Debug)]
pub(super) struct Fleet {
    workers: Vec<Arc<Worker>>,
    threads: Vec<Thread>,
    /// Unix sockets whose file goes when the server stops accepting.
    sockets: Vec<Box<dyn std::any::Any + Send>>,
}

#[derive(Debug)]
struct Thread {
    handle: JoinHandle<()>,
    ended: oneshot::Receiver<()>,
}

impl Fleet {
    /// Serves `sockets` with a thread for each worker.
    pub(super) fn per_core<S: Serve>(
        workers: Vec<Arc<Worker>>,
        sockets: Vec<Bound>,
        service: &S,
    ) -> Result<Self, Fault> {
        let mut fleet = Self { workers, threads: Vec::new(), sockets: Vec::new() };
        let mut shares: Vec<Vec<std::net::TcpListener>> = fleet.workers.iter().map(|_| Vec::new()).collect();
        let mut common = Vec::new();
        for socket in sockets {
            match socket {
                Bound::Tcp(_, listeners) if listeners.len() == shares.len() => {
                    shares.iter_mut().zip(listeners).for_each(|(share, listener)| share.push(listener));
                }
                other => common.extend(fleet.common(other).map_err(|error| cannot_start(&error))?),
            }
        }
        let mut handing = Vec::new();
        for (number, (worker, share)) in fleet.workers.clone().into_iter().zip(shares).enumerate() {
            let (sender, arrivals) = mpsc::channel(HANDED_OVER);
            handing.push(sender);
            let thread = Thread::start(number, worker, share, arrivals, service.per_core());
            fleet.threads.push(thread.map_err(|error| cannot_start(&error))?);
        }
        for listener in common {
            let threads = Destination::<S>::Threads(handing.clone());
            tokio::spawn(accept(listener, fleet.workers[0].clone(), threads));
        }
        Ok(fleet)
    }

    /// Serves `sockets` with tasks of the current runtime.
    pub(super) fn on_this_runtime<S: Serve>(
        worker: Arc<Worker>,
        sockets: Vec<Bound>,
        service: &S,
    ) -> Result<Self, Fault> {
        let mut fleet = Self { workers: vec![worker.clone()], threads: Vec::new(), sockets: Vec::new() };
        for socket in sockets {
            for listener in fleet.common(socket).map_err(|error| cannot_start(&error))? {
                let here = Destination::Here(worker.clone(), service.clone());
                tokio::spawn(accept(listener, worker.clone(), here));
            }
        }
        let clock = worker;
        tokio::spawn(async move {
            tokio::select! {
                () = clock.clock.tick() => {}
                () = clock.reached(Stage::Cut) => {}
            }
        });
        Ok(fleet)
    }

    /// Tells everything to move on to `stage`.
    pub(super) fn enter(&self, stage: Stage) {
        self.workers.iter().for_each(|worker| worker.enter(stage));
        // All have entered before one acts on it: a client that sees one connection close may count on the others.
        self.workers.iter().for_each(|worker| worker.tell());
    }

    /// Stops accepting; the connections end with the requests they have.
    pub(super) fn close(&mut self) {
        self.enter(Stage::Closing);
        self.sockets.clear();
    }

    /// Drops what is left, and waits until it is gone. Connections a blocked thread still holds are counted as cut.
    pub(super) async fn end(mut self) {
        self.enter(Stage::Cut);
        for thread in std::mem::take(&mut self.threads) {
            thread.join().await;
        }
        let Some(shutdown) = self.workers.first().map(|worker| worker.shutdown.clone()) else { return };
        if timeout(PATIENCE, shutdown.released(&[Kind::Connection])).await.is_err() {
            shutdown.count_cut(Kind::Request, shutdown.live(Kind::Connection));
        }
    }

    /// Listeners that are driven by the current runtime.
    fn common(&mut self, socket: Bound) -> io::Result<Vec<Listener>> {
        match socket {
            Bound::Tcp(_, listeners) => listeners.into_iter().map(Listener::tcp).collect(),
            #[cfg(unix)]
            Bound::Unix(listener, file) => {
                self.sockets.push(Box::new(file));
                Ok(vec![Listener::unix(listener)?])
            }
        }
    }
}

impl Drop for Fleet {
    /// A server whose future is dropped takes its threads with it.
    fn drop(&mut self) {
        self.enter(Stage::Cut);
    }
}

impl Thread {
    fn start<S: Serve>(
        number: usize,
        worker: Arc<Worker>,
        listeners: Vec<std::net::TcpListener>,
        arrivals: mpsc::Receiver<Arrival>,
        service: S,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (ending, ended) = oneshot::channel();
        let handle = thread::Builder::new().name(format!("velithon-{number}")).spawn(move || {
            runtime.block_on(serve(worker, listeners, arrivals, service));
            // Drops every task that is left; blocking work is not waited for.
            runtime.shutdown_background();
            drop(ending);
        })?;
        Ok(Self { handle, ended })
    }

    async fn join(self) {
        if timeout(PATIENCE, self.ended).await.is_err() {
            tracing::warn!("a thread is blocked by a handler and is left behind");
            return;
        }
        // It has said that it ended, so this does not wait; its panic, if any, was reported when it happened.
        let _ = self.handle.join();
    }
}

async fn serve<S: Serve>(
    worker: Arc<Worker>,
    listeners: Vec<std::net::TcpListener>,
    arrivals: mpsc::Receiver<Arrival>,
    service: S,
) {
    for listener in listeners {
        match Listener::tcp(listener) {
            Ok(listener) => {
                let here = Destination::Here(worker.clone(), service.clone());
                tokio::spawn(accept(listener, worker.clone(), here));
            }
            Err(error) => tracing::error!(%error, "a core does not accept connections"),
        }
    }
    tokio::spawn(serve_arrivals(arrivals, worker.clone(), service));
    tokio::select! {
        () = worker.reached(Stage::Cut) => {}
        () = worker.clock.tick() => pending().await,
    }
}

fn cannot_start(error: &io::Error) -> Fault {
    Fault::new("the server cannot start its threads").why(error.to_string()).help(
        "raise the limits of threads and open files (`ulimit -u`, `ulimit -n`), or use fewer: VELITHON_SERVER__THREADS",
    )
}
