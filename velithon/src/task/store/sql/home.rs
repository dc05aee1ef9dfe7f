//! The thread that speaks with the database.
//!
//! Connections belong to the runtime they were made on. On one of their own they are driven whatever the runtimes of
//! requests and workers do: a task that blocks every thread of the workers delays no lease, and a caller who gives up
//! half way leaves no transaction open.

use std::convert::Infallible;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::task::store::{Result, StoreError, StoreFault};

/// A thread with a runtime, for as long as this is held.
#[derive(Debug)]
pub(super) struct Home {
    handle: Handle,
    _held: oneshot::Sender<Infallible>,
}

impl Home {
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn start() -> Result<Self> {
        let none = |error: std::io::Error| {
            StoreError::new(StoreFault::Unavailable, "the thread of the task database cannot be started").caused_by(error)
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(none)?;
        let (handle, (held, dropped)) = (runtime.handle().clone(), oneshot::channel());
        let work = move || drop(runtime.block_on(dropped));
        thread::Builder::new().name("velithon-tasks-db".to_owned()).spawn(work).map_err(none)?;
        Ok(Self { handle, _held: held })
    }

    /// Does something there, to its end, even when nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.handle.spawn(work).await.unwrap_or_else(|error| Err(closed().caused_by(error)))
    }

    /// Starts something there that ends by itself, at the latest with the thread.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(work));
    }
}

pub(super) fn closed() -> StoreError {
    StoreError::new(StoreFault::Unavailable, "the database of the tasks is closed")
}
