//! What an operator asks; and revocations, which everybody is told.

use redis::AsyncCommands;

use super::connection::fault;
use super::{PREFIX, Shared, scripts};
use crate::task::celery::control::Revoke;
use crate::task::celery::envelope::Headers;
use crate::task::celery::result::TaskMeta;
use crate::task::id::TaskId;
use crate::task::state::{End, TaskState};
use crate::task::store::{AdminAction, Outcome, QueueSettings, Result, TaskFilter};
use crate::task::time::micros;

/// How many tasks are done at once.
const BATCH: u32 = 500;

impl Shared {
    pub(super) async fn admin(&self, action: &AdminAction) -> Result<u64> {
        match action {
            AdminAction::Cancel(filter) => self.each("cancel", filter).await,
            AdminAction::Retry(filter) => self.each("retry", filter).await,
            AdminAction::Purge(filter) => self.each("purge", filter).await,
            AdminAction::Pause(queue, paused) => self.set(queue, &[("paused", Some(u64::from(*paused)))]).await,
            AdminAction::Queue(settings) => self.limits(settings).await,
        }
    }

    async fn limits(&self, QueueSettings { name, concurrency, rate }: &QueueSettings) -> Result<u64> {
        let per = rate.map(|rate| u64::try_from(micros(rate.per).max(1)).unwrap_or(1));
        let fields = [
            ("concurrency", concurrency.map(u64::from)),
            ("rate_count", rate.map(|rate| u64::from(rate.count.max(1)))),
            ("rate_per", per),
        ];
        self.set(name, &fields).await
    }

    async fn set(&self, queue: &str, fields: &[(&str, Option<u64>)]) -> Result<u64> {
        let key = format!("{PREFIX}queue:{queue}");
        let mut pipeline = redis::pipe();
        pipeline.atomic().sadd(format!("{PREFIX}queues"), queue).ignore();
        for (field, value) in fields {
            match value {
                Some(value) => pipeline.hset(&key, field, value).ignore(),
                None => pipeline.hdel(&key, field).ignore(),
            };
        }
        let () = pipeline.query_async(&mut self.connection()).await.map_err(fault)?;
        Ok(0)
    }

    /// Does it to every task that a filter admits, a page at a time.
    async fn each(&self, what: &str, filter: &TaskFilter) -> Result<u64> {
        if !filter.ids.is_empty() && filter.states.is_empty() && filter.name.is_none() && filter.queue.is_none() {
            return self.on_each(what, &filter.ids).await;
        }
        let (mut page, mut done) = (TaskFilter { limit: BATCH, runs: false, ..filter.clone() }, 0);
        loop {
            let found = self.inspect(&page).await?;
            let ids: Vec<TaskId> = found.items.iter().map(|row| row.id).collect();
            done += self.on_each(what, &ids).await?;
            page.after = found.next;
            if page.after.is_none() {
                return Ok(done);
            }
        }
    }

    async fn on_each(&self, what: &str, ids: &[TaskId]) -> Result<u64> {
        if ids.is_empty() {
            return Ok(0);
        }
        let mut call = scripts::ADMIN.arg(what);
        for id in ids {
            call.arg(id.to_string());
        }
        let done: Vec<i64> = scripts::run(&call, &mut self.connection()).await?;
        if what == "cancel" {
            self.told_cancelled(ids, &done).await?;
        }
        // Of one that runs elsewhere nobody says whether it was called off; that everybody was told is what is done.
        let counts = |done: &&i64| **done == 1 || (**done == -1 && what == "cancel");
        Ok(done.iter().filter(counts).count() as u64)
    }

    /// Tells whoever waits for a result, and the workers that have what is not ours.
    async fn told_cancelled(&self, ids: &[TaskId], done: &[i64]) -> Result<()> {
        let of =
            |wanted: i64| ids.iter().zip(done).filter(move |(_, done)| **done == wanted).map(|(id, _)| id.to_string());
        let elsewhere: Vec<String> = of(-1).collect();
        if !elsewhere.is_empty() {
            self.revoke(&Revoke { ids: elsewhere, terminate: true }).await?;
        }
        self.tell_revoked(of(1).collect()).await
    }

    /// Results of tasks that were called off while they waited.
    async fn tell_revoked(&self, ids: Vec<String>) -> Result<()> {
        if ids.is_empty() || self.results.is_none() {
            return Ok(());
        }
        let mut pipeline = redis::pipe();
        for id in ids {
            pipeline.hmget(format!("{PREFIX}task:{id}"), &["state", "name", "result_for"]);
        }
        type Known = (Option<String>, Option<String>, Option<String>);
        let known: Vec<Known> = pipeline.query_async(&mut self.connection()).await.map_err(fault)?;
        let now = self.now().await?;
        let outcome = Outcome { end: End::Cancelled, error: None, result: None };
        let cancelled = ids.into_iter().zip(known).filter(|(_, (state, ..))| state.as_deref() == Some("cancelled"));
        let metas: Vec<TaskMeta> = cancelled
            .map(|(id, (_, name, _))| {
                TaskMeta::of(&Headers::new(name.unwrap_or_default(), id), &outcome, TaskState::Cancelled, &[], now)
            })
            .collect();
        self.tell_results(&metas).await
    }

    /// Tells every worker, and keeps the ids for those that do not listen now.
    pub(super) async fn revoke(&self, revoke: &Revoke) -> Result<()> {
        let now = self.now().await?.micros();
        let mut pipeline = redis::pipe();
        for id in &revoke.ids {
            pipeline.zadd(format!("{PREFIX}revoked"), id, now).ignore();
        }
        pipeline.publish(Revoke::channel(self.database), revoke.to_json()).ignore();
        pipeline.query_async(&mut self.connection()).await.map_err(fault)
    }

    /// Obeys a revocation that somebody sent.
    pub(super) async fn obey(&self, revoke: &Revoke) -> Result<()> {
        let now = self.now().await?.micros();
        let mut connection = self.connection();
        for id in &revoke.ids {
            let () = connection.zadd(format!("{PREFIX}revoked"), id, now).await.map_err(fault)?;
        }
        let ids: Vec<TaskId> = revoke.ids.iter().filter_map(|id| id.parse().ok()).collect();
        let filter = TaskFilter { ids, ..TaskFilter::default() };
        let running = revoke.terminate;
        let known = self.inspect(&TaskFilter { limit: BATCH, ..filter }).await?.items;
        let known: Vec<TaskId> = known
            .into_iter()
            .filter(|row| row.state == TaskState::Queued || (running && row.state == TaskState::Running))
            // What runs elsewhere has no queue that is known here; its own workers heard the same.
            .filter(|row| !row.queue.is_empty())
            .map(|row| row.id)
            .collect();
        self.on_each("cancel", &known).await.map(|_| ())
    }
}
