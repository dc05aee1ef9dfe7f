//! Schedules: the first node to say that a tick was due is believed.

use async_trait::async_trait;

use super::enqueue::Enqueue;
use super::link::{Link, Param};
use super::operation::Operation;
use super::statement::{FORGET_TICKS, LAST_TICK, NOW, TICK};
use crate::task::store::Result;
use crate::task::time::Timestamp;

/// Notes a tick and keeps its task.
pub(super) struct Tick {
    pub(super) schedule: String,
    pub(super) tick: Timestamp,
    /// The task's id and the task.
    pub(super) task: Option<(String, Enqueue)>,
}

#[async_trait]
impl Operation for Tick {
    type Answer = bool;

    async fn run(&self, link: &mut Link<'_>) -> Result<bool> {
        let schedule = Param::Text(&self.schedule);
        let id = Param::MaybeText(self.task.as_ref().map(|(id, _)| id.as_str()));
        if link.run(TICK, &[schedule, Param::Int(self.tick.micros()), id]).await?.is_empty() {
            return Ok(false);
        }
        if let Some((_, enqueue)) = &self.task {
            enqueue.run(link).await?;
        }
        link.run(FORGET_TICKS, &[schedule]).await?;
        Ok(true)
    }
}

/// The last tick of a schedule.
pub(super) struct LastTick(pub(super) String);

#[async_trait]
impl Operation for LastTick {
    type Answer = Option<Timestamp>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Option<Timestamp>> {
        let rows = link.run(LAST_TICK, &[Param::Text(&self.0)]).await?;
        Ok(rows.first().map(|row| row.maybe_time("tick")).transpose()?.flatten())
    }
}

/// The clock of the database.
pub(super) struct Now;

#[async_trait]
impl Operation for Now {
    type Answer = Timestamp;

    async fn run(&self, link: &mut Link<'_>) -> Result<Timestamp> {
        let rows = link.run(NOW, &[]).await?;
        rows.first().map_or_else(|| Ok(Timestamp::now()), |row| row.time("now"))
    }
}
