//! Whether an SQLite file has anything to claim, asked of a reader.
//!
//! A claim is a write, and a process that is stopped in the middle of one keeps every other from writing. Workers that
//! find nothing must not take that lock again and again.

use async_trait::async_trait;

use super::link::{Link, Param};
use super::operation::Operation;
use super::statement::FIRST_DUE;
use crate::task::store::{Claims, QueueName, Result};

/// Looks for due tasks of one queue.
pub(super) struct Look(pub(super) QueueName);

#[async_trait]
impl Operation for Look {
    /// What a claim would have answered, when nothing is due.
    type Answer = Option<Claims>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Option<Claims>> {
        let rows = link.run(FIRST_DUE, &[Param::Text(&self.0)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let now = row.time("now")?;
        Ok(match row.maybe_time("first")? {
            None => Some(Claims::default()),
            Some(first) if first > now => Some(Claims { taken: Vec::new(), next_in: Some(first.since(now)) }),
            Some(_) => None,
        })
    }
}
