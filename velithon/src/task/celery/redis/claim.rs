//! What comes out, and what is settled before a worker sees it: what came too early, too late, was called off, or cannot be run.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use redis::{FromRedisValue, ParsingError, Pipeline, Value};

use super::connection::fault;
use super::{PREFIX, Shared, row, scripts, steps};
use crate::task::celery::envelope::Message;
use crate::task::celery::message::Delay;
use crate::task::celery::result::TaskMeta;
use crate::task::id::WorkerId;
use crate::task::priority::TaskPriority;
use crate::task::state::{End, Reason};
use crate::task::store::{Claim, ClaimRef, Claims, Ending, Outcome, QueueName, Result};
use crate::task::time::{Timestamp, micros};

/// How often a claim looks again when nothing of what it got is to run.
const LOOKS: u32 = 4;

/// One task as `claim.lua` gives it.
struct Taken {
    id: String,
    fence: i64,
    attempt: u32,
    level: i64,
    message: Vec<u8>,
    /// Whether somebody else sent it, so that its row says only what every message says.
    is_new: bool,
    is_revoked: bool,
    waited: u64,
    shown: Shown,
}

/// Name, payload, attempts, timeout, how long the result is kept, trace, time of the enqueueing, steps.
type Shown = (String, Vec<u8>, u32, u64, Option<u64>, Option<String>, i64, Option<Vec<u8>>);

impl FromRedisValue for Taken {
    fn from_redis_value(value: Value) -> std::result::Result<Self, ParsingError> {
        type Nine = (String, i64, u32, i64, Vec<u8>, bool, bool, u64, Value);
        let (id, fence, attempt, level, message, is_new, is_revoked, waited, shown) = Nine::from_redis_value(value)?;
        let shown = Shown::from_redis_value(shown)?;
        Ok(Self { id, fence, attempt, level, message, is_new, is_revoked, waited, shown })
    }
}

/// What is to become of what was taken.
#[derive(Default)]
struct Settled {
    claims: Vec<Claim>,
    /// To be ended at once, with what is told of it.
    ended: Vec<(Ending, Option<TaskMeta>)>,
    /// To be put back until its time.
    early: Vec<(ClaimRef, Timestamp)>,
    /// What rows are to be told.
    rows: Pipeline,
}

impl Shared {
    pub(super) async fn claim(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<Claims> {
        for _ in 0..LOOKS {
            let (claims, settled) = self.look(queue, n, worker, lease).await?;
            if !claims.taken.is_empty() || settled == 0 {
                return Ok(claims);
            }
        }
        // There is more where this came from.
        Ok(Claims { taken: Vec::new(), next_in: Some(Duration::ZERO) })
    }

    /// One look into the lists; how many were settled without a worker.
    async fn look(&self, queue: &QueueName, n: u32, worker: WorkerId, lease: Duration) -> Result<(Claims, usize)> {
        let mut call = scripts::CLAIM.arg(&**queue);
        call.arg(n).arg(worker.to_string()).arg(micros(lease));
        for _ in 0..n.min(16) {
            call.arg(uuid::Uuid::now_v7().to_string());
        }
        let (now, next_in, taken): (i64, i64, Vec<Taken>) = scripts::run(&call, &mut self.connection()).await?;
        let now = Timestamp::from_micros(now);
        let mut settled = Settled::default();
        for one in taken {
            self.settle(one, queue, now, &mut settled)?;
        }
        let count = settled.ended.len() + settled.early.len();
        let taken = self.act(settled).await?;
        let next_in = u64::try_from(next_in).ok().map(Duration::from_micros);
        Ok((Claims { taken, next_in }, count))
    }

    fn settle(&self, taken: Taken, queue: &QueueName, now: Timestamp, settled: &mut Settled) -> Result<()> {
        let at = ClaimRef { id: row::id(&taken.id)?, fence: taken.fence };
        let end = |end, error| Ending { claim: at, outcome: Outcome { end, error, result: None } };
        let message = match Message::from_json(&taken.message) {
            Ok(message) => message,
            Err(why) => {
                tracing::warn!(task = %taken.shown.0, id = %at.id, "a message is kept among the dead: {why}");
                settled.ended.push((end(End::Dead(Reason::Undecodable), Some(why.to_string())), None));
                return Ok(());
            }
        };
        match message.delay(now) {
            _ if taken.is_revoked => settled.ended.push((end(End::Cancelled, None), None)),
            Some(Delay::Expired) => {
                settled.ended.push((end(End::Cancelled, None), Some(TaskMeta::expired(&message.headers, now))));
            }
            // A retry has its own time, which is kept here.
            Some(Delay::Until(time)) if taken.attempt == message.headers.retries + 1 => settled.early.push((at, time)),
            _ => match self.claimed(taken, at, &message, queue, settled) {
                Ok(claim) => settled.claims.push(claim),
                Err(why) => settled.ended.push((end(End::Dead(Reason::Undecodable), Some(why)), None)),
            },
        }
        Ok(())
    }

    fn claimed(
        &self,
        taken: Taken,
        at: ClaimRef,
        message: &Message,
        queue: &QueueName,
        settled: &mut Settled,
    ) -> std::result::Result<Claim, String> {
        let Taken { attempt, level, is_new, waited, shown, .. } = taken;
        let (name, payload, max_attempts, timeout, result, trace, enqueued_at, before) = shown;
        let mut claim = Claim {
            at,
            name: Cow::Owned(name),
            queue: QueueName::clone(queue),
            priority: TaskPriority::from_level(level),
            payload: Bytes::from(payload),
            attempt,
            max_attempts,
            timeout: Duration::from_micros(timeout),
            result: result.map(Duration::from_micros),
            steps: before.as_deref().map(steps::read).unwrap_or_default(),
            trace: trace.filter(|trace| !trace.is_empty()),
            enqueued_at: Timestamp::from_micros(enqueued_at),
            waited: Duration::from_micros(waited),
        };
        if is_new {
            self.introduce(&mut claim, message, settled)?;
        }
        Ok(claim)
    }

    /// Gives a task that somebody else sent what the task of its name has.
    fn introduce(
        &self,
        claim: &mut Claim,
        message: &Message,
        settled: &mut Settled,
    ) -> std::result::Result<(), String> {
        let known = self.settings.tasks.get(&*claim.name);
        claim.payload = message.body.positional(known.map(|known| &*known.arguments))?.into();
        claim.timeout = message.timeout(known);
        claim.trace.clone_from(&message.headers.traceparent);
        let key = format!("{PREFIX}task:{}", claim.at.id);
        let mut max_crashes = 3;
        if let Some(known) = known {
            claim.max_attempts = message.headers.retries.saturating_add(known.max_attempts);
            claim.result = known.result;
            max_crashes = known.max_crashes;
        }
        let fields: [(&str, Vec<u8>); 5] = [
            ("payload", claim.payload.to_vec()),
            ("timeout", micros(claim.timeout).to_string().into()),
            ("max_attempts", claim.max_attempts.to_string().into()),
            ("max_crashes", max_crashes.to_string().into()),
            ("trace", claim.trace.clone().unwrap_or_default().into()),
        ];
        settled.rows.hset_multiple(&key, &fields).ignore();
        if let Some(kept) = claim.result {
            settled.rows.hset(&key, "result_for", micros(kept)).ignore();
        }
        Ok(())
    }

    /// Does what was decided; what is left is for the worker.
    async fn act(&self, settled: Settled) -> Result<Vec<Claim>> {
        if !settled.rows.is_empty() {
            let () = settled.rows.query_async(&mut self.connection()).await.map_err(fault)?;
        }
        if !settled.early.is_empty() {
            let mut call = scripts::DEFER.prepare_invoke();
            for (at, time) in &settled.early {
                call.arg(at.id.to_string()).arg(at.fence).arg(time.micros());
            }
            let () = scripts::run(&call, &mut self.connection()).await?;
        }
        if !settled.ended.is_empty() {
            let (endings, told): (Vec<Ending>, Vec<Option<TaskMeta>>) = settled.ended.into_iter().unzip();
            self.complete_with(&endings, told).await?;
        }
        Ok(settled.claims)
    }
}
