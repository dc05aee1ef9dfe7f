//! How attempts end: what follows is sent and the result is told first, then the task is let go.
//!
//! A crash in between tells the result again. The other order could lose it, and a caller in Python would wait for ever.

use redis::Pipeline;

use super::connection::fault;
use super::{Shared, scripts};
use crate::task::celery::chain::{Next, after_failure, after_success};
use crate::task::celery::envelope::{Headers, Message, Refused};
use crate::task::celery::priority;
use crate::task::celery::result::TaskMeta;
use crate::task::state::{End, TaskState};
use crate::task::store::{Accepted, Ending, Outcome, Result, Swept};
use crate::task::time::{Timestamp, micros};

/// A task that is still held: its message, attempts, attempts that may be, whether it was asked to stop.
type Held = Option<(Vec<u8>, u32, u32, bool)>;

impl Shared {
    pub(super) async fn complete(&self, endings: &[Ending]) -> Result<Vec<Accepted>> {
        self.complete_with(endings, Vec::new()).await
    }

    /// Ends attempts; `told` has results that say more than the outcomes do.
    pub(super) async fn complete_with(&self, endings: &[Ending], told: Vec<Option<TaskMeta>>) -> Result<Vec<Accepted>> {
        self.tell(endings, told).await?;
        let mut call = scripts::COMPLETE.prepare_invoke();
        for Ending { claim, outcome } in endings {
            let (kind, retry_in, reason) = match outcome.end {
                End::Failed { retry_in } => ("failed", micros(retry_in), ""),
                End::Unknown { retry_in } => ("unknown", micros(retry_in), ""),
                End::Dead(reason) => ("dead", 0, reason.name()),
                End::Done | End::Cancelled => (outcome.end.name(), 0, ""),
            };
            call.arg(claim.id.to_string()).arg(claim.fence).arg(kind).arg(retry_in).arg(reason);
            call.arg(u8::from(outcome.error.is_some())).arg(outcome.error.as_deref().unwrap_or(""));
            call.arg(u8::from(outcome.result.is_some())).arg(outcome.result.as_deref().unwrap_or(b""));
        }
        let accepted: Vec<bool> = scripts::run(&call, &mut self.connection()).await?;
        let word = |accepted| if accepted { Accepted::Accepted } else { Accepted::Stale };
        Ok(accepted.into_iter().map(word).collect())
    }

    /// Sends what follows, and tells results, of those that are still held.
    async fn tell(&self, endings: &[Ending], told: Vec<Option<TaskMeta>>) -> Result<()> {
        let mut call = scripts::HELD.prepare_invoke();
        for ending in endings {
            call.arg(ending.claim.id.to_string()).arg(ending.claim.fence);
        }
        let (now, held): (i64, Vec<Held>) = scripts::run(&call, &mut self.connection()).await?;
        let now = Timestamp::from_micros(now);
        let told = told.into_iter().chain(std::iter::repeat(None));
        let (mut next, mut metas) = (Vec::new(), Vec::new());
        for ((ending, held), told) in endings.iter().zip(held).zip(told) {
            let Some((message, attempt, most, cancelled)) = held else { continue };
            let state = state_after(ending.outcome.end, attempt >= most, cancelled);
            match Message::from_json(&message) {
                Ok(message) => {
                    let follow = self.follow(&message, &ending.outcome, state, now);
                    let children: Vec<String> = follow.iter().map(|next| next.message.headers.id.clone()).collect();
                    if !message.headers.ignore_result {
                        let own = || TaskMeta::of(&message.headers, &ending.outcome, state, &children, now);
                        metas.push(told.unwrap_or_else(own));
                    }
                    next.extend(follow);
                }
                Err(why) => metas.extend(refused(&message, &why, now)),
            }
        }
        self.send(&next).await?;
        self.tell_results(&metas).await
    }

    pub(super) async fn tell_results(&self, metas: &[TaskMeta]) -> Result<()> {
        match &self.results {
            Some(results) => results.write(metas).await,
            None => Ok(()),
        }
    }

    fn follow(&self, message: &Message, outcome: &Outcome, state: TaskState, now: Timestamp) -> Vec<Next> {
        match state {
            TaskState::Done => {
                let result = outcome.result.as_deref().and_then(|result| serde_json::from_slice(result).ok());
                after_success(message, &result.unwrap_or_default(), &self.settings.queue, now)
            }
            TaskState::Dead => after_failure(message, &self.settings.queue, now),
            _ => Vec::new(),
        }
    }

    async fn send(&self, next: &[Next]) -> Result<()> {
        if next.is_empty() {
            return Ok(());
        }
        let mut pipeline = Pipeline::new();
        for one in next {
            let list = priority::list(&one.queue, one.message.properties.priority);
            pipeline.lpush(list, one.message.to_json()).ignore();
        }
        pipeline.query_async(&mut self.connection()).await.map_err(fault)
    }

    pub(super) async fn sweep(&self, limit: u32) -> Result<Swept> {
        let call = scripts::SWEEP.arg(limit);
        let (lost, dead, removed, ended): (u64, u64, u64, Vec<(String, Vec<u8>)>) =
            scripts::run(&call, &mut self.connection()).await?;
        let now = Timestamp::now();
        let (mut metas, mut next) = (Vec::new(), Vec::new());
        for (state, message) in ended {
            let Ok(message) = Message::from_json(&message) else { continue };
            let state = if state == "dead" { TaskState::Dead } else { TaskState::Cancelled };
            let error = Some("the workers that had it were lost".to_owned());
            let outcome = Outcome { end: End::Cancelled, error, result: None };
            next.extend(self.follow(&message, &outcome, state, now));
            if !message.headers.ignore_result {
                metas.push(TaskMeta::of(&message.headers, &outcome, state, &[], now));
            }
        }
        self.send(&next).await?;
        self.tell_results(&metas).await?;
        Ok(Swept { lost, dead, removed })
    }
}

/// Where a task stands after an attempt: `Standing::ended` without what it does not ask.
fn state_after(end: End, used_up: bool, cancelled: bool) -> TaskState {
    match end {
        End::Done => TaskState::Done,
        End::Dead(_) => TaskState::Dead,
        End::Cancelled => TaskState::Cancelled,
        _ if cancelled => TaskState::Cancelled,
        End::Failed { .. } if used_up => TaskState::Dead,
        End::Failed { .. } | End::Unknown { .. } => TaskState::Queued,
    }
}

/// What is told of a message that cannot be run, if its sender left its id.
fn refused(message: &[u8], why: &Refused, now: Timestamp) -> Option<TaskMeta> {
    let message: serde_json::Value = serde_json::from_slice(message).ok()?;
    // Only what a result needs is looked at: another header may be why it was refused.
    let headers = message.get("headers")?;
    let text = |name: &str| headers.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let headers = Headers::new(text("task")?, text("id")?);
    let outcome =
        Outcome { end: End::Dead(crate::task::state::Reason::Undecodable), error: Some(why.to_string()), result: None };
    Some(TaskMeta::of(&headers, &outcome, TaskState::Dead, &[], now))
}
