//! Finding what lost workers left behind, and removing what is kept no longer.

use async_trait::async_trait;

use super::hold::{Woken, wake};
use super::json::BATCH;
use super::link::{Link, Param};
use super::operation::Operation;
use super::statement::{EXPIRE, LOST};
use crate::task::state::TaskState;
use crate::task::store::{Result, Swept};

/// Looks once, for up to this many of each.
pub(super) struct Sweep(pub(super) u32);

#[async_trait]
impl Operation for Sweep {
    type Answer = (Swept, Woken);

    async fn run(&self, link: &mut Link<'_>) -> Result<(Swept, Woken)> {
        let (mut swept, mut woken) = (Swept::default(), Woken::new());
        let most = i64::try_from(BATCH).unwrap_or(i64::MAX).min(self.0.into());
        for row in link.run(LOST, &[Param::Int(most)]).await? {
            let state: TaskState = row.word("state")?;
            swept.lost += 1;
            swept.dead += u64::from(state == TaskState::Dead);
            wake(&mut woken, row.maybe_text("queue")?);
        }
        if let Some(row) = link.run(EXPIRE, &[Param::Int(most)]).await?.first() {
            swept.removed = row.count("count")?;
        }
        Ok((swept, woken))
    }
}
