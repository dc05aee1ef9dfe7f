//! The store that the configuration names.

use std::sync::Arc;

use super::{AdminAction, MemoryStore, QueueName, QueueSettings, Result, StoreError, StoreFault, TaskStore};
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
        other => Err(StoreError::new(StoreFault::Refused, format!("this program has no {} store", other.name()))),
    }
}
