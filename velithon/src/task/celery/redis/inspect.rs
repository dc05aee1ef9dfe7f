//! What a person asks: lists of tasks, and how queues stand.

use redis::{AsyncCommands, Pipeline};

use super::connection::fault;
use super::row::{self, Fields};
use super::{PREFIX, Shared};
use crate::task::celery::priority;
use crate::task::celery::result::{Status, TaskMeta};
use crate::task::id::TaskId;
use crate::task::priority::TaskPriority;
use crate::task::state::TaskState;
use crate::task::store::{Page, QueueRow, Result, TaskFilter, TaskRow};
use crate::task::time::Timestamp;

/// How many ids of one state are looked at in one call.
const LOOK: isize = 500;

impl Shared {
    pub(super) async fn inspect(&self, filter: &TaskFilter) -> Result<Page<TaskRow>> {
        let page = filter.page() as usize;
        let mut items =
            if filter.ids.is_empty() { self.listed(filter, page + 1).await? } else { self.named(filter).await? };
        items.sort_unstable_by_key(|row| row.id);
        items.dedup_by_key(|row| row.id);
        let more = items.len() > page;
        items.truncate(page);
        let next = items.last().filter(|_| more).map(|row| row.id);
        Ok(Page { items, next })
    }

    /// Tasks by id: our own, and others by the result that Celery keeps.
    async fn named(&self, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
        let ids: Vec<TaskId> =
            filter.ids.iter().copied().filter(|id| filter.after.is_none_or(|after| *id > after)).collect();
        let mut rows = Vec::with_capacity(ids.len());
        for (id, row) in ids.iter().zip(self.rows(&ids, filter.runs).await?) {
            let row = match row {
                Some(row) => Some(row),
                None => self.remote(*id).await?,
            };
            rows.extend(row.filter(|row| admitted(row, filter)));
        }
        Ok(rows)
    }

    /// Tasks by state, in the order of their ids.
    async fn listed(&self, filter: &TaskFilter, wanted: usize) -> Result<Vec<TaskRow>> {
        let states = if filter.states.is_empty() { &TaskState::ALL[..] } else { &filter.states };
        let mut all = Vec::new();
        for state in states {
            all.extend(self.of_state(*state, filter, wanted).await?);
        }
        Ok(all)
    }

    async fn of_state(&self, state: TaskState, filter: &TaskFilter, wanted: usize) -> Result<Vec<TaskRow>> {
        let key = format!("{PREFIX}state:{state}");
        let (mut found, mut after) = (Vec::new(), filter.after);
        while found.len() < wanted {
            let from = after.map_or_else(|| "-".to_owned(), |id| format!("({id}"));
            let ids: Vec<String> =
                self.connection().zrangebylex_limit(&key, from, "+", 0, LOOK).await.map_err(fault)?;
            let ids: Vec<TaskId> = ids.iter().map(|id| row::id(id)).collect::<Result<_>>()?;
            let Some(last) = ids.last().copied() else { break };
            after = Some(last);
            let rows = self.rows(&ids, filter.runs).await?;
            found.extend(rows.into_iter().flatten().filter(|row| admitted(row, filter)));
        }
        Ok(found)
    }

    async fn rows(&self, ids: &[TaskId], runs: bool) -> Result<Vec<Option<TaskRow>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = Pipeline::new();
        pipeline.cmd("TIME");
        for id in ids {
            pipeline.hgetall(format!("{PREFIX}task:{id}"));
            // An index that no list reaches: the same number of answers either way.
            let until = if runs { -1 } else { -isize::MAX };
            pipeline.lrange(format!("{PREFIX}runs:{id}"), 0, until);
        }
        let answers: Vec<redis::Value> = pipeline.query_async(&mut self.connection()).await.map_err(fault)?;
        let mut answers = answers.into_iter();
        let (seconds, more): (i64, i64) = parsed(answers.next())?;
        let now = Timestamp::from_micros(seconds * 1_000_000 + more);
        let one = |id: &TaskId| {
            let (fields, runs): (Fields, Vec<Vec<u8>>) = (parsed(answers.next())?, parsed(answers.next())?);
            Ok(row::read(*id, &fields, &runs, now))
        };
        ids.iter().map(one).collect()
    }

    /// What Celery knows of a task that somebody else runs: nothing but its result.
    async fn remote(&self, id: TaskId) -> Result<Option<TaskRow>> {
        let Some(results) = &self.results else { return Ok(None) };
        let sent: bool = self.connection().exists(format!("{PREFIX}sent:{id}")).await.map_err(fault)?;
        let meta = results.read(&id.to_string()).await?;
        Ok(match meta {
            Some(meta) => Some(remote(id, &meta)),
            // Nobody has said anything about it yet.
            None if sent => Some(remote(id, &TaskMeta::pending(id))),
            None => None,
        })
    }

    pub(super) async fn queues(&self) -> Result<Vec<QueueRow>> {
        let mut names: Vec<String> = self.connection().smembers(format!("{PREFIX}queues")).await.map_err(fault)?;
        names.extend(self.settings.serve.iter().map(ToString::to_string));
        names.sort_unstable();
        names.dedup();
        let now = self.now().await?;
        let mut rows = Vec::with_capacity(names.len());
        for name in names {
            rows.extend(self.queue(&name, now).await?);
        }
        Ok(rows)
    }

    async fn queue(&self, name: &str, now: Timestamp) -> Result<Option<QueueRow>> {
        let (about, eta) = (format!("{PREFIX}queue:{name}"), format!("{PREFIX}eta:{name}"));
        let mut pipeline = Pipeline::new();
        pipeline.hgetall(&about).zcard(&eta).zcard(format!("{PREFIX}lease:{name}")).zrange_withscores(&eta, 0, 0);
        let lists = TaskPriority::ALL.map(|level| priority::list(name, priority::redis(level)));
        for list in &lists {
            pipeline.llen(list);
        }
        for list in &lists {
            pipeline.lindex(list, -1);
        }
        let answers: Vec<redis::Value> = pipeline.query_async(&mut self.connection()).await.map_err(fault)?;
        let mut answers = answers.into_iter();
        let fields: Fields = parsed(answers.next())?;
        let (later, running): (u64, u64) = (parsed(answers.next())?, parsed(answers.next())?);
        let first: Vec<(String, f64)> = parsed(answers.next())?;
        let mut waiting = 0;
        for _ in &lists {
            waiting += parsed::<u64>(answers.next())?;
        }
        let mut oldest = first.first().map(|(_, due)| Timestamp::from_micros(*due as i64)).filter(|due| *due <= now);
        for (level, _) in lists.iter().enumerate() {
            if let Some(raw) = parsed::<Option<Vec<u8>>>(answers.next())? {
                let since = self.due_since(&raw, &fields, level).await?.unwrap_or(now);
                oldest = Some(oldest.map_or(since, |least| least.min(since)));
            }
        }
        let number =
            |field: &str| fields.get(field).and_then(|text| std::str::from_utf8(text).ok()?.parse::<u64>().ok());
        let queued = (later + waiting).saturating_sub(number("ghosts").unwrap_or(0));
        if fields.is_empty() && queued + running == 0 {
            return Ok(None);
        }
        Ok(Some(QueueRow {
            name: name.into(),
            paused: number("paused") == Some(1),
            queued,
            running,
            oldest_due: oldest.filter(|_| waiting > 0 || later > 0).map(|since| now.since(since)),
        }))
    }

    /// Since when the message at the head of a list is due: as its row says, or since it was seen there.
    async fn due_since(&self, raw: &[u8], about: &Fields, level: usize) -> Result<Option<Timestamp>> {
        let Ok(message) = crate::task::celery::Message::from_json(raw) else { return Ok(None) };
        let key = format!("{PREFIX}task:{}", message.headers.id);
        let own: Option<i64> = self.connection().hget(key, "run_at").await.map_err(fault)?;
        let seen = || {
            let text = std::str::from_utf8(about.get(&format!("head{level}"))?).ok()?;
            let (tag, time) = text.rsplit_once(' ')?;
            (tag == message.properties.delivery_tag.to_string()).then(|| time.parse().ok())?
        };
        Ok(own.or_else(seen).map(Timestamp::from_micros))
    }
}

fn parsed<T: redis::FromRedisValue>(answer: Option<redis::Value>) -> Result<T> {
    T::from_redis_value(answer.unwrap_or(redis::Value::Nil)).map_err(|error| fault(error.into()))
}

fn admitted(row: &TaskRow, filter: &TaskFilter) -> bool {
    (filter.states.is_empty() || filter.states.contains(&row.state))
        && filter.name.as_ref().is_none_or(|name| row.name == *name)
        && filter.queue.as_ref().is_none_or(|queue| row.queue == *queue)
        && filter.reason.is_none_or(|reason| row.reason == Some(reason))
}

pub(in crate::task::celery) fn remote(id: TaskId, meta: &TaskMeta) -> TaskRow {
    let is_done = meta.status == Status::Success;
    TaskRow {
        id,
        name: String::new(),
        queue: String::new(),
        priority: TaskPriority::default(),
        state: meta.state(),
        run_at: Timestamp::default(),
        payload: bytes::Bytes::from_static(b"[]"),
        attempt: 0,
        max_attempts: 0,
        crashes: 0,
        fence: 0,
        worker: None,
        cancel_requested: false,
        progress: None,
        result: is_done.then(|| serde_json::to_vec(&meta.result).unwrap_or_default().into()),
        error: meta.error(),
        reason: None,
        enqueued_at: Timestamp::default(),
        started_at: None,
        finished_at: meta.ended_at(),
        runs: Vec::new(),
    }
}
