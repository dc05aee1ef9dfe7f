//! The store that the configuration names.

use std::sync::Arc;

use super::{AdminAction, MemoryStore, QueueName, QueueSettings, Result, TaskStore};
#[cfg(not(all(feature = "tasks-sqlite", feature = "tasks-postgres")))]
use super::{StoreError, StoreFault};
use crate::task::settings::{StoreKind, TasksSection};

/// Opens the store, and tells it what holds for each queue.
///
/// # Errors
/// When it cannot be reached, or is of another version than this program.
pub(crate) async fn open(section: &TasksSection) -> Result<Arc<dyn TaskStore>> {
    let store = connect(section).await?;
    for (name, queue) in &section.queues {
        let name = QueueName::from(name.as_str());
        let settings = QueueSettings { name, concurrency: queue.concurrency, rate: queue.rate };
        store.admin(&AdminAction::Queue(settings)).await?;
    }
    Ok(store)
}

async fn connect(section: &TasksSection) -> Result<Arc<dyn TaskStore>> {
    match section.store {
        StoreKind::Memory => Ok(Arc::new(MemoryStore::with_limit(section.limit))),
        #[cfg(feature = "tasks-sqlite")]
        StoreKind::Sqlite => Ok(Arc::new(super::SqlStore::of_file(section).await?)),
        #[cfg(feature = "tasks-postgres")]
        StoreKind::Postgres => Ok(Arc::new(super::SqlStore::of_server(section).await?)),
        #[cfg(not(all(feature = "tasks-sqlite", feature = "tasks-postgres")))]
        other => Err(StoreError::new(StoreFault::Refused, format!("this program has no {} store", other.name()))
            .helped(format!("give velithon the feature `tasks-{}` in Cargo.toml", other.name()))),
    }
}
