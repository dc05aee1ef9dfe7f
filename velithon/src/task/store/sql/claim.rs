//! Giving tasks to workers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::json::length;
use super::limits::Limits;
use super::link::{Link, Param};
use super::operation::Operation;
use super::row::Row;
use super::statement::{CLAIM, LIMITS, LOCK_QUEUE, SPEND};
use crate::task::id::WorkerId;
use crate::task::priority::TaskPriority;
use crate::task::store::{Claim, ClaimRef, Claims, QueueName, Result};

/// Takes due tasks of one queue.
#[derive(Clone)]
pub(super) struct Take {
    pub(super) queue: QueueName,
    pub(super) n: u32,
    pub(super) worker: WorkerId,
    pub(super) lease: Duration,
}

/// What came of it.
pub(super) enum Taken {
    Claims(Claims),
    /// The queue has limits, or is paused: it has to be asked with [`TakeWithin`].
    Limited,
}

impl Take {
    async fn take(&self, link: &mut Link<'_>, n: u32, asked: bool) -> Result<Taken> {
        let worker = self.worker.to_string();
        let params = [
            Param::Text(&self.queue),
            Param::Int(n.into()),
            Param::Text(&worker),
            Param::Int(length(self.lease)),
            Param::Int(asked.into()),
        ];
        let rows = link.run(CLAIM, &params).await?;
        let Some(head) = rows.first() else { return Ok(Taken::Claims(Claims::default())) };
        if head.flag("shut")? {
            return Ok(Taken::Limited);
        }
        let now = head.time("now")?;
        let next_in = head.maybe_time("next")?.map(|next| next.since(now));
        let taken = rows.iter().filter_map(|row| self.claim(row).transpose()).collect::<Result<_>>()?;
        Ok(Taken::Claims(Claims { taken, next_in }))
    }

    /// The task of a row, if it has one.
    fn claim(&self, row: &Row) -> Result<Option<Claim>> {
        let Some(id) = row.maybe_id()? else { return Ok(None) };
        let now = row.time("now")?;
        Ok(Some(Claim {
            at: ClaimRef { id, fence: row.int("fence")? },
            name: Cow::Owned(row.text("name")?),
            queue: QueueName::clone(&self.queue),
            priority: TaskPriority::from_level(row.int("priority")?),
            payload: row.bytes("payload")?,
            attempt: row.count("attempt")?,
            max_attempts: row.count("max_attempts")?,
            timeout: time(row.int("timeout_us")?),
            result: row.maybe_int("result_us")?.map(time),
            steps: steps(row.maybe_text("steps")?),
            trace: row.maybe_text("trace")?,
            enqueued_at: row.time("enqueued_at")?,
            waited: now.since(row.time("run_at")?),
        }))
    }
}

#[async_trait]
impl Operation for Take {
    type Answer = Taken;

    async fn run(&self, link: &mut Link<'_>) -> Result<Taken> {
        self.take(link, self.n, false).await
    }
}

/// Takes due tasks of a queue that has limits for the whole cluster, one claim after another.
pub(super) struct TakeWithin(pub(super) Take);

#[async_trait]
impl Operation for TakeWithin {
    /// The claims, and whether the queue has limits at all.
    type Answer = (Claims, bool);

    async fn run(&self, link: &mut Link<'_>) -> Result<(Claims, bool)> {
        let Take { queue, n, .. } = &self.0;
        link.run(LOCK_QUEUE, &[Param::Text(queue)]).await?;
        let rows = link.run(LIMITS, &[Param::Text(queue)]).await?;
        let limits = rows.first().map(Limits::read).transpose()?.unwrap_or_default();
        let Taken::Claims(claims) = self.0.take(link, limits.allowed(*n), true).await? else {
            return Ok((Claims::default(), true));
        };
        if let Some(arrival) = limits.arrival_after(claims.taken.len()) {
            link.run(SPEND, &[Param::Text(queue), Param::Int(arrival)]).await?;
        }
        Ok((claims, limits.is_limited()))
    }
}

/// A length of time as the tables have it.
fn time(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// What earlier attempts finished; a step that cannot be read is done again.
fn steps(text: Option<String>) -> BTreeMap<String, Bytes> {
    let steps: BTreeMap<String, String> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    steps.into_iter().map(|(name, result)| (name, Bytes::from(result))).collect()
}
