//! Keeping tasks.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use uuid::Uuid;

use super::json::{BATCH, TaskJson, text};
use super::link::{Link, Param};
use super::operation::{Operation, Scope};
use super::statement::{ENQUEUE, FREE_KEYS, HOLDERS, IDENTITY};
use crate::task::id::TaskId;
use crate::task::store::{EnqueuedRow, NewTask, Result, StoreError, StoreFault};

/// How often a task is offered whose unique key was taken and was free again when its holder was looked for.
const OFFERS: usize = 5;

/// Keeps tasks, all or none.
pub(super) struct Enqueue {
    store: Uuid,
    batches: Vec<Batch>,
}

/// As many tasks as one statement takes.
struct Batch {
    ids: Vec<TaskId>,
    json: String,
    has_keys: bool,
}

impl Enqueue {
    pub(super) fn new(store: Uuid, tasks: &[NewTask]) -> Result<Self> {
        let batches = tasks.chunks(BATCH).map(Batch::new).collect::<Result<_>>()?;
        Ok(Self { store, batches })
    }

    /// One statement holds by itself, and tasks with keys are looked for when they are there already.
    pub(super) fn scope(&self) -> Scope {
        if self.batches.len() <= 1 { Scope::Single } else { Scope::Whole }
    }
}

#[async_trait]
impl Operation for Enqueue {
    type Answer = Vec<EnqueuedRow>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Vec<EnqueuedRow>> {
        let mut rows = Vec::new();
        for batch in &self.batches {
            rows.extend(batch.keep(link, self.store).await?);
        }
        Ok(rows)
    }
}

impl Batch {
    fn new(tasks: &[NewTask]) -> Result<Self> {
        let rows = tasks.iter().enumerate().map(|(place, task)| TaskJson::new(place, task));
        Ok(Self {
            ids: tasks.iter().map(|task| task.id).collect(),
            json: text(&rows.collect::<Result<Vec<_>>>()?)?,
            has_keys: tasks.iter().any(|task| task.unique.is_some()),
        })
    }

    async fn keep(&self, link: &mut Link<'_>, store: Uuid) -> Result<Vec<EnqueuedRow>> {
        let store_id = store.to_string();
        let mut kept = HashSet::new();
        for _ in 0..OFFERS {
            if self.has_keys {
                link.run(FREE_KEYS, &[Param::Text(&self.json)]).await?;
            }
            for row in link.run(ENQUEUE, &[Param::Text(&self.json), Param::Text(&store_id)]).await? {
                kept.insert(row.id()?);
            }
            if kept.len() == self.ids.len() {
                return Ok(self.ids.iter().map(|id| EnqueuedRow { id: *id, existing: false }).collect());
            }
            if let Some(rows) = self.told(link, &kept).await? {
                return Ok(rows);
            }
            same_store(link, store).await?;
        }
        let text = "a task was not kept: its unique key changes hands too often";
        Err(StoreError::new(StoreFault::Unavailable, text))
    }

    /// What became of each task, unless the holder of a key was gone before it could be named.
    async fn told(&self, link: &mut Link<'_>, kept: &HashSet<TaskId>) -> Result<Option<Vec<EnqueuedRow>>> {
        let (mut holders, mut there) = (HashMap::new(), HashSet::new());
        for row in link.run(HOLDERS, &[Param::Text(&self.json)]).await? {
            let place: usize = row.count("place")?;
            if row.int("by_key")? == 0 {
                there.insert(place);
            } else {
                holders.insert(place, row.id()?);
            }
        }
        let told = |(place, id): (usize, &TaskId)| match holders.get(&place) {
            Some(holder) => Some(EnqueuedRow { id: *holder, existing: holder != id }),
            None if kept.contains(id) || there.contains(&place) => Some(EnqueuedRow { id: *id, existing: false }),
            None => None,
        };
        Ok(self.ids.iter().enumerate().map(told).collect())
    }
}

/// # Errors
/// When the connection is one to another database.
async fn same_store(link: &mut Link<'_>, store: Uuid) -> Result<()> {
    let rows = link.run(IDENTITY, &[]).await?;
    match rows.first().map(|row| row.uuid("id")).transpose()? {
        Some(id) if id == store => Ok(()),
        _ => Err(other_database()),
    }
}

/// The transaction is one of another database.
pub(super) fn other_database() -> StoreError {
    let text = "the transaction is one of another database than the one that tasks are kept in, so the task would not be kept with its rows";
    StoreError::new(StoreFault::OtherDatabase, text).helped("begin the transaction on the database that `[tasks] url` names")
}
