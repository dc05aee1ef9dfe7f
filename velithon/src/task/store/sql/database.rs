//! Either database.

use super::operation::{Operation, Scope};
use crate::task::store::Result;

/// Where the tables are.
pub(super) enum Database {
    /// In a file of this host.
    #[cfg(feature = "tasks-sqlite")]
    File(super::file::File),
    /// On a server that others use as well.
    #[cfg(feature = "tasks-postgres")]
    Server {
        server: super::server::Server,
        /// The channel of hints.
        channel: String,
        /// Queues that other processes are told of.
        announce: tokio::sync::mpsc::Sender<crate::task::store::QueueName>,
    },
}

impl Database {
    pub(super) async fn run<O: Operation>(&self, scope: Scope, operation: O) -> Result<O::Answer> {
        match self {
            #[cfg(feature = "tasks-sqlite")]
            Self::File(file) => file.run(scope, operation).await,
            #[cfg(feature = "tasks-postgres")]
            Self::Server { server, .. } => server.run(scope, operation).await,
        }
    }

    pub(super) async fn close(&self) {
        match self {
            #[cfg(feature = "tasks-sqlite")]
            Self::File(file) => file.close().await,
            #[cfg(feature = "tasks-postgres")]
            Self::Server { server, .. } => server.close().await,
        }
    }
}

/// The channel of hints of a store: others in the same database have others.
#[cfg(feature = "tasks-postgres")]
pub(super) fn channel(store: uuid::Uuid) -> String {
    format!("velithon_tasks_{}", store.simple())
}
