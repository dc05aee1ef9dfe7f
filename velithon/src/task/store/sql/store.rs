//! The contract, as operations on the database.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::admin::{Deed, Pause, SetQueue, Step};
use super::claim::{Take, TakeWithin, Taken};
use super::database::Database;
use super::enqueue::Enqueue;
use super::filter::Filter;
use super::hold::{Complete, Note, Release, Renew};
use super::inspect::{List, ListQueues};
#[cfg(feature = "tasks-sqlite")]
use super::look::Look;
use super::operation::Scope;
use super::sweep::Sweep;
use super::ticks::{LastTick, Now, Tick};
use super::{SqlStore, due_soon};
use crate::task::id::WorkerId;
use crate::task::store::wakes::wakes;
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Claims, Durability, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName,
    QueueRow, Renewal, Result, Swept, TaskFilter, TaskRow, TaskStore, TxEnqueue,
};
use crate::task::time::Timestamp;

#[async_trait]
impl TaskStore for SqlStore {
    fn kind(&self) -> &'static str {
        match &self.database {
            #[cfg(feature = "tasks-sqlite")]
            Database::File(_) => "sqlite",
            #[cfg(feature = "tasks-postgres")]
            Database::Server { .. } => "postgres",
        }
    }

    fn durability(&self) -> Durability {
        Durability::Durable
    }

    async fn now(&self) -> Result<Timestamp> {
        self.database.run(Scope::Read, Now).await
    }

    async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let enqueue = Enqueue::new(self.id, tasks)?;
        let rows = self.database.run(enqueue.scope(), enqueue).await?;
        self.tell(due_soon(tasks));
        Ok(rows)
    }

    async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims> {
        #[cfg(feature = "tasks-sqlite")]
        if let Database::File(file) = &self.database
            && let Some(nothing) = file.run(Scope::Read, Look(QueueName::clone(queue))).await?
        {
            return Ok(nothing);
        }
        let take = Take { queue: QueueName::clone(queue), n, worker, lease };
        if !self.is_limited(queue)
            && let Taken::Claims(claims) = self.database.run(Scope::Single, take.clone()).await?
        {
            return Ok(claims);
        }
        let (claims, limited) = self.database.run(Scope::Whole, TakeWithin(take)).await?;
        self.note_limited(queue, limited);
        Ok(claims)
    }

    async fn renew(&self, claims: &[ClaimRef], lease: Duration) -> Result<Vec<Renewal>> {
        self.database.run(Scope::Single, Renew::new(claims, lease)?).await
    }

    async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        let done = self.database.run(Scope::Single, Complete::new(endings)?).await?;
        // Others may have waited for the place that is free now.
        self.tell(done.left.into_iter().filter(|queue| self.is_limited(queue) || done.due.contains(queue)));
        Ok(done.accepted)
    }

    async fn release(&self, claims: &[ClaimRef]) -> Result<()> {
        let woken = self.database.run(Scope::Single, Release::new(claims)?).await?;
        self.tell(woken);
        Ok(())
    }

    async fn sweep(&self, limit: u32) -> Result<Swept> {
        let (swept, woken) = self.database.run(Scope::Single, Sweep(limit)).await?;
        self.tell(woken);
        Ok(swept)
    }

    async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool> {
        let enqueue = |task: &NewTask| Ok((task.id.to_string(), Enqueue::new(self.id, std::slice::from_ref(task))?));
        let noted = Tick { schedule: name.to_owned(), tick, task: task.as_ref().map(enqueue).transpose()? };
        let first = self.database.run(Scope::Whole, noted).await?;
        if first {
            self.tell(due_soon(task.as_slice()));
        }
        Ok(first)
    }

    async fn last_tick(&self, name: &str) -> Result<Option<Timestamp>> {
        self.database.run(Scope::Read, LastTick(name.to_owned())).await
    }

    async fn progress(&self, claim: &ClaimRef, progress: Progress) -> Result<Accepted> {
        self.database.run(Scope::Single, Note { claim: *claim, progress }).await
    }

    fn wake(&self) -> BoxStream<'static, QueueName> {
        let here = wakes(self.wakes.subscribe());
        match &self.database {
            #[cfg(feature = "tasks-sqlite")]
            Database::File(_) => here,
            #[cfg(feature = "tasks-postgres")]
            Database::Server { server, channel, .. } => {
                let heard = super::hints::listen(server, channel.clone());
                let next = |mut heard: tokio::sync::mpsc::Receiver<QueueName>| async move {
                    Some((heard.recv().await?, heard))
                };
                Box::pin(futures_util::stream::select(here, futures_util::stream::unfold(heard, next)))
            }
        }
    }

    async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        self.database.run(Scope::Read, List::new(filter)?).await
    }

    async fn queues(&self) -> Result<Vec<QueueRow>> {
        self.database.run(Scope::Read, ListQueues).await
    }

    async fn admin(&self, action: &AdminAction) -> Result<u64> {
        match action {
            AdminAction::Cancel(filter) => self.each(Deed::Cancel, filter).await,
            AdminAction::Retry(filter) => self.each(Deed::Retry, filter).await,
            AdminAction::Purge(filter) => self.each(Deed::Purge, filter).await,
            AdminAction::Pause(queue, paused) => {
                self.database.run(Scope::Single, Pause(QueueName::clone(queue), *paused)).await?;
                self.tell([QueueName::clone(queue)]);
                Ok(0)
            }
            AdminAction::Queue(settings) => {
                self.database.run(Scope::Single, SetQueue(settings.clone())).await?;
                self.tell([QueueName::clone(&settings.name)]);
                Ok(0)
            }
        }
    }

    fn transactional(&self) -> Option<&dyn TxEnqueue> {
        Some(self)
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

impl SqlStore {
    /// Does something to every task that a filter admits, a few hundred at a time.
    async fn each(&self, deed: Deed, filter: &TaskFilter) -> Result<u64> {
        let (mut filter, mut count) = (Filter::new(filter)?, 0);
        loop {
            let done = self.database.run(Scope::Whole, Step { deed, filter: filter.clone() }).await?;
            self.tell(done.woken);
            count += done.count;
            match done.last {
                Some(last) => filter = filter.behind(last),
                None => return Ok(count),
            }
        }
    }
}
