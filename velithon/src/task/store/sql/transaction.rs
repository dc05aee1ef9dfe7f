//! Enqueueing with the rows of a transaction of the caller's.

use async_trait::async_trait;

use super::SqlStore;
use super::database::Database;
use super::enqueue::{Enqueue, other_database};
use super::link::Link;
use super::operation::Operation;
use crate::task::store::{EnqueuedRow, NewTask, Result, StoreError, StoreFault, TxEnqueue, TxHandle};

#[async_trait]
impl TxEnqueue for SqlStore {
    async fn enqueue_in(&self, transaction: TxHandle<'_>, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        let mut link = self.link(transaction)?;
        let rows = Enqueue::new(self.id, tasks)?.run(&mut link).await.map_err(without_tables)?;
        self.announce_in(&mut link, tasks).await?;
        Ok(rows)
    }
}

impl SqlStore {
    /// # Errors
    /// When the transaction is one of the other kind of database.
    fn link<'t>(&self, transaction: TxHandle<'t>) -> Result<Link<'t>> {
        match (&self.database, &transaction) {
            #[cfg(feature = "tasks-sqlite")]
            (Database::File(_), TxHandle::Sqlite(_)) => Ok(transaction.into()),
            #[cfg(feature = "tasks-postgres")]
            (Database::Server { .. }, TxHandle::Postgres(_)) => Ok(transaction.into()),
            #[cfg(all(feature = "tasks-sqlite", feature = "tasks-postgres"))]
            _ => Err(other_database()),
        }
    }

    /// Workers hear of the tasks when the transaction is committed; those of SQLite poll.
    #[cfg_attr(not(feature = "tasks-postgres"), expect(unused_variables, reason = "nobody listens to a file"))]
    async fn announce_in(&self, link: &mut Link<'_>, tasks: &[NewTask]) -> Result<()> {
        match &self.database {
            #[cfg(feature = "tasks-sqlite")]
            Database::File(_) => Ok(()),
            #[cfg(feature = "tasks-postgres")]
            Database::Server { channel, .. } => {
                let queues: Vec<_> = super::due_soon(tasks).into_iter().collect();
                let names = super::json::text(&queues)?;
                let params = [super::link::Param::Text(channel), super::link::Param::Text(&names)];
                link.run(super::statement::ANNOUNCE, &params).await.map(drop)
            }
        }
    }
}

/// A database without these tables is another one.
fn without_tables(error: StoreError) -> StoreError {
    let no_table =
        error.fault() == StoreFault::OtherDatabase || error.to_string().contains("no such table: velithon_task");
    if no_table { other_database() } else { error }
}
