//! From bound sockets to requests, and the graceful end.
//!
//! [`Server::bind`] takes the port, or says why it cannot. [`Server::serve`] accepts connections on every core, reads
//! requests with hyper, and gives each to a [`Serve`]. When the [`Shutdown`] begins, it stops accepting, lets what has
//! begun finish within the grace period, and returns what had to be cut.
//!
//! It knows no route, no middleware and no configuration file, and it never logs a request.

mod accept;
mod activation;
mod batch;
mod body;
mod close;
mod connection;
mod exchange;
mod front;
mod host;
mod io;
mod link;
mod listen;
mod pace;

mod permits;
mod refusal;
mod runtimes;
mod settings;
mod shutdown;
mod transport;
#[cfg(unix)]
mod unix;
mod vigil;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::body::Body;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use self::listen::Bound;
use self::permits::Bank;
use self::runtimes::Fleet;
use self::worker::Worker;
use crate::fault::Fault;

pub use self::refusal::Refusal;
pub use self::settings::{Http2Settings, RuntimeKind, ServerSettings};
pub use self::shutdown::{Held, Kind, Phase, Shutdown, Summary};
pub use crate::peer::{Address, Admission, Peer};

/// What answers requests.
pub trait Serve: Clone + Send + Sync + 'static {
    /// Answers one request.
    ///
    /// The future is dropped when the client leaves before it is done. A panic closes the connection (HTTP/2: resets
    /// the stream); whoever wants a reply instead catches it inside.
    ///
    /// `admission` is the request's place among those in flight: drop it when nothing works for the request any more.
    fn call(
        &self,
        request: Request<Body>,
        peer: &Peer,
        admission: Admission,
    ) -> impl Future<Output = Response<Body>> + Send + 'static + use<Self>;

    /// The reply the server gives by itself; a plain problem document unless overridden.
    fn refuse(&self, why: Refusal) -> Response<Body> {
        why.response()
    }

    /// A copy for one core. Every connection clones it again: one that shares nothing with other cores spares them a
    /// common reference count.
    #[must_use]
    fn per_core(&self) -> Self {
        self.clone()
    }
}

/// A server that has its port and does not serve yet.
#[derive(Debug)]
pub struct Server {
    settings: ServerSettings,
    sockets: Vec<Bound>,
}

impl Server {
    /// Takes the address, or the sockets a service manager passes.
    ///
    /// # Errors
    /// When the address is taken, unknown, or not this user's to take; the fault says which and what to type.
    pub fn bind(settings: ServerSettings) -> Result<Self, Fault> {
        let cores = match settings.runtime {
            RuntimeKind::PerCore => settings.thread_count(),
            RuntimeKind::WorkStealing => 1,
        };
        let sockets = listen::bind(&settings, cores)?;
        Ok(Self { settings, sockets })
    }

    /// Where it listens, with the port it was given when any would do.
    pub fn addresses(&self) -> Vec<Address> {
        self.sockets.iter().map(Bound::address).collect()
    }

    /// Serves until `shutdown` begins and everything it holds has ended or was cut.
    ///
    /// Waits for every part that holds work, not only for requests. Must run on a tokio runtime with IO and time, a
    /// multi-threaded one under [`RuntimeKind::WorkStealing`]. Dropping the future cuts everything.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub async fn serve<S: Serve>(self, service: S, shutdown: Shutdown) -> Result<Summary, Fault> {
        let settings = self.settings.clone();
        let mut fleet = self.start(&service, &shutdown)?;
        shutdown.draining().await;
        tokio::select! {
            () = sleep(settings.pre_stop) => {}
            () = shutdown.cancelled() => {}
        }
        fleet.close();
        shutdown.finish(settings.grace).await;
        fleet.end().await;
        Ok(shutdown.summary())
    }

    fn start<S: Serve>(self, service: &S, shutdown: &Shutdown) -> Result<Fleet, Fault> {
        let Self { settings, sockets } = self;
        let seats = Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS)));
        let cores = match settings.runtime {
            RuntimeKind::PerCore => settings.thread_count(),
            RuntimeKind::WorkStealing => 1,
        };
        let bank = Bank::new(settings.max_in_flight, cores);
        let worker = || Arc::new(Worker::new(&settings, shutdown.clone(), seats.clone(), &bank));
        match settings.runtime {
            RuntimeKind::PerCore => Fleet::per_core((0..cores).map(|_| worker()).collect(), sockets, service),
            RuntimeKind::WorkStealing => Fleet::on_this_runtime(worker(), sockets, service),
        }
    }
}
