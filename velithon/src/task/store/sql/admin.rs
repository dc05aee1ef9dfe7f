//! What an operator asks, in steps of [`BATCH`] tasks.

use async_trait::async_trait;

use super::filter::Filter;
use super::hold::{Woken, wake};
use super::json::{BATCH, length};
use super::link::{Link, Param, ids};
use super::operation::Operation;
use super::statement::{CANCEL, FREE_HELD, HOLD_KEYS, PAUSE, PURGE, PURGE_RUNS, QUEUE, RETRY};
use crate::task::id::TaskId;
use crate::task::store::{QueueName, QueueSettings, Result};

/// What is done to tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Cancel,
    Retry,
    Purge,
}

/// One step of a deed.
pub(super) struct Step {
    pub(super) deed: Deed,
    pub(super) filter: Filter,
}

/// What one step did.
#[derive(Debug)]
pub(super) struct Stepped {
    pub(super) count: u64,
    pub(super) woken: Woken,
    /// Behind which task the next step begins, if there is one.
    pub(super) last: Option<TaskId>,
}

#[async_trait]
impl Operation for Step {
    type Answer = Stepped;

    async fn run(&self, link: &mut Link<'_>) -> Result<Stepped> {
        let statement = match self.deed {
            Deed::Cancel => CANCEL,
            Deed::Retry => RETRY,
            Deed::Purge => PURGE,
        };
        let rows = link.run(statement, &self.filter.params(i64::try_from(BATCH).unwrap_or(i64::MAX))).await?;
        let done = rows.iter().map(super::row::Row::id).collect::<Result<Vec<_>>>()?;
        let woken = self.follow(link, &done).await?;
        let last = done.iter().max().copied().filter(|_| done.len() >= BATCH);
        Ok(Stepped { count: done.len() as u64, woken, last })
    }
}

impl Step {
    /// What follows from the deed in other rows.
    async fn follow(&self, link: &mut Link<'_>, done: &[TaskId]) -> Result<Woken> {
        let mut woken = Woken::new();
        let statement = match self.deed {
            Deed::Retry => HOLD_KEYS,
            Deed::Purge => PURGE_RUNS,
            Deed::Cancel => return Ok(woken),
        };
        if !done.is_empty() {
            let json = ids(done.iter().map(|id| id.uuid()))?;
            if self.deed == Deed::Retry {
                link.run(FREE_HELD, &[Param::Text(&json)]).await?;
            }
            for row in link.run(statement, &[Param::Text(&json)]).await? {
                wake(&mut woken, row.maybe_text("queue")?);
            }
        }
        Ok(woken)
    }
}

/// Stops claims from a queue, or lets them go on.
pub(super) struct Pause(pub(super) QueueName, pub(super) bool);

#[async_trait]
impl Operation for Pause {
    type Answer = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<()> {
        link.run(PAUSE, &[Param::Text(&self.0), Param::Int(self.1.into())]).await.map(drop)
    }
}

/// Sets what holds for a queue in the whole cluster.
pub(super) struct SetQueue(pub(super) QueueSettings);

#[async_trait]
impl Operation for SetQueue {
    type Answer = ();

    async fn run(&self, link: &mut Link<'_>) -> Result<()> {
        let QueueSettings { name, concurrency, rate } = &self.0;
        let params = [
            Param::Text(name),
            Param::MaybeInt(concurrency.map(i64::from)),
            Param::MaybeInt(rate.map(|rate| rate.count.into())),
            Param::MaybeInt(rate.map(|rate| length(rate.per))),
        ];
        link.run(QUEUE, &params).await.map(drop)
    }
}
