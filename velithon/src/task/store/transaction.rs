//! Enqueueing inside a transaction of the caller's: the task is kept with the caller's rows, or not at all.

use async_trait::async_trait;

use super::{EnqueuedRow, NewTask, Result};

/// The connection of a transaction that a store may write through.
#[non_exhaustive]
pub enum TxHandle<'t> {
    /// Of SQLite.
    #[cfg(feature = "tasks-sqlite")]
    Sqlite(&'t mut sqlx::SqliteConnection),
    /// Of PostgreSQL.
    #[cfg(feature = "tasks-postgres")]
    Postgres(&'t mut sqlx::PgConnection),
}

/// A transaction that tasks can be enqueued in: `sqlx::Transaction` of a database that tasks can be kept in.
pub trait TaskTransaction: Send {
    /// The connection to write through.
    fn handle(&mut self) -> TxHandle<'_>;
}

#[cfg(feature = "tasks-sqlite")]
impl TaskTransaction for sqlx::Transaction<'_, sqlx::Sqlite> {
    fn handle(&mut self) -> TxHandle<'_> {
        TxHandle::Sqlite(self)
    }
}

#[cfg(feature = "tasks-postgres")]
impl TaskTransaction for sqlx::Transaction<'_, sqlx::Postgres> {
    fn handle(&mut self) -> TxHandle<'_> {
        TxHandle::Postgres(self)
    }
}

/// A store that takes part in a transaction.
#[async_trait]
pub trait TxEnqueue: Send + Sync {
    /// Keeps new tasks as [`enqueue`](super::TaskStore::enqueue) does, if and when the transaction is committed.
    ///
    /// # Errors
    /// [`OtherDatabase`](super::StoreFault::OtherDatabase) when the transaction's database does not hold this store's
    /// tables, told by the store's own id in them.
    async fn enqueue_in(&self, transaction: TxHandle<'_>, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>>;
}
