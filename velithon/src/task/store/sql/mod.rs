//! Tasks in a database: an SQLite file of one host, or PostgreSQL for many nodes.
//!
//! The moves of a task are statements, one file for each and each dialect ([`statement`]); the code around them is the
//! same for both databases. [`operation`]s run on the thread of the database ([`home`]): in the file by one writer that
//! commits many together ([`writer`]), on the server over a few connections ([`server`]).

mod admin;
mod claim;
mod database;
mod enqueue;
mod fault;
#[cfg(feature = "tasks-sqlite")]
mod file;
mod filter;
#[cfg(feature = "tasks-postgres")]
mod hints;
mod hold;
mod home;
mod inspect;
mod json;
mod limits;
mod link;
#[cfg(feature = "tasks-sqlite")]
mod look;
mod migrate;
mod open;
mod operation;
mod row;
#[cfg(feature = "tasks-postgres")]
mod server;
mod statement;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod ticks;
mod transaction;
#[cfg(feature = "tasks-sqlite")]
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use uuid::Uuid;

use super::{NewTask, QueueName, RunAt};
use crate::task::time::Timestamp;
use database::Database;

/// How many hints a slow listener may miss: a worker polls as well.
const WAKES: usize = 256;

/// What is due in less than this is worth a hint.
const SOON: Duration = Duration::from_secs(1);

/// Tasks in SQLite or PostgreSQL.
pub struct SqlStore {
    database: Database,
    id: Uuid,
    wakes: broadcast::Sender<QueueName>,
    /// Queues that had limits when they were last claimed from.
    limited: Mutex<HashSet<QueueName>>,
}

impl SqlStore {
    fn new(database: Database, id: Uuid) -> Self {
        Self { database, id, wakes: broadcast::channel(WAKES).0, limited: Mutex::default() }
    }

    /// Names queues in which something became due. No listener is no error: then no worker is here.
    fn tell(&self, woken: impl IntoIterator<Item = QueueName>) {
        for queue in woken {
            #[cfg(feature = "tasks-postgres")]
            #[cfg_attr(
                not(feature = "tasks-sqlite"),
                expect(irrefutable_let_patterns, reason = "with SQLite there are two")
            )]
            if let Database::Server { announce, .. } = &self.database {
                let _ = announce.try_send(QueueName::clone(&queue));
            }
            let _ = self.wakes.send(queue);
        }
    }

    fn is_limited(&self, queue: &QueueName) -> bool {
        self.limited.lock().unwrap_or_else(PoisonError::into_inner).contains(queue)
    }

    fn note_limited(&self, queue: &QueueName, limited: bool) {
        let mut queues = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        if limited {
            queues.insert(QueueName::clone(queue));
        } else {
            queues.remove(queue);
        }
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The queues of tasks that a worker may begin soon, each once.
fn due_soon(tasks: &[NewTask]) -> HashSet<QueueName> {
    let soon = |task: &&NewTask| match task.run_at {
        RunAt::Now => true,
        RunAt::After(delay) => delay < SOON,
        RunAt::At(time) => time < Timestamp::now() + SOON,
    };
    tasks.iter().filter(soon).map(|task| QueueName::clone(&task.queue)).collect()
}
