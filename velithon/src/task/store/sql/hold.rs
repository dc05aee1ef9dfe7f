//! What the holder of a task says: that it ended, that it goes on, that it is given back, how far it is.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use super::json::{ClaimJson, EndingJson, batches, length, text};
use super::link::{Link, Param};
use super::operation::Operation;
use super::statement::{COMPLETE, ENDED, RELEASE, RENEW, STEP, TELL};
use crate::task::store::{Accepted, ClaimRef, Ending, Progress, QueueName, Renewal, Result};

/// Queues in which something became due, or a place is free.
pub(super) type Woken = Vec<QueueName>;

/// Ends attempts.
pub(super) struct Complete {
    batches: Vec<String>,
    /// For each ending, the place of the first one of the same claim, which is the one that is told.
    places: Vec<usize>,
}

impl Complete {
    pub(super) fn new(endings: &[Ending]) -> Result<Self> {
        let mut first = HashMap::new();
        let place = |(place, ending): (usize, &Ending)| *first.entry(ending.claim).or_insert(place);
        let places: Vec<usize> = endings.iter().enumerate().map(place).collect();
        let told = endings.iter().enumerate().filter(|(place, _)| places[*place] == *place);
        let rows = told.map(|(place, ending)| EndingJson::new(place, ending)).collect::<Result<Vec<_>>>()?;
        Ok(Self { batches: batches(rows)?, places })
    }
}

#[async_trait]
impl Operation for Complete {
    type Answer = Completed;

    async fn run(&self, link: &mut Link<'_>) -> Result<Completed> {
        let mut ended = Ended { accepted: vec![false; self.places.len()], due: Woken::new(), left: Woken::new() };
        for batch in &self.batches {
            ended.add(link, batch).await?;
        }
        let told = |place: &usize| if ended.accepted[*place] { Accepted::Accepted } else { Accepted::Stale };
        Ok(Completed { accepted: self.places.iter().map(told).collect(), due: ended.due, left: ended.left })
    }
}

/// What became of endings.
pub(super) struct Completed {
    pub(super) accepted: Vec<Accepted>,
    /// Queues in which something became due.
    pub(super) due: Woken,
    /// Queues in which less runs.
    pub(super) left: Woken,
}

/// The same while it is gathered.
struct Ended {
    accepted: Vec<bool>,
    due: Woken,
    left: Woken,
}

impl Ended {
    async fn add(&mut self, link: &mut Link<'_>, batch: &str) -> Result<()> {
        let mut stale = false;
        for row in link.run(COMPLETE, &[Param::Text(batch)]).await? {
            let accepted = row.flag("accepted")?;
            self.accepted[row.count::<usize>("place")?] = accepted;
            stale |= !accepted;
            if row.flag("due")? {
                wake(&mut self.due, row.maybe_text("queue")?);
            }
            wake(&mut self.left, row.maybe_text("queue")?);
        }
        // What another connection committed meanwhile is seen by a statement of its own only.
        if stale && link.is_shared() {
            for row in link.run(ENDED, &[Param::Text(batch)]).await? {
                self.accepted[row.count::<usize>("place")?] |= row.flag("accepted")?;
            }
        }
        Ok(())
    }
}

/// Gives tasks back.
pub(super) struct Release(Vec<String>);

impl Release {
    pub(super) fn new(claims: &[ClaimRef]) -> Result<Self> {
        batches(claims.iter().enumerate().map(ClaimJson::new)).map(Self)
    }
}

#[async_trait]
impl Operation for Release {
    type Answer = Woken;

    async fn run(&self, link: &mut Link<'_>) -> Result<Woken> {
        let mut woken = Woken::new();
        for batch in &self.0 {
            for row in link.run(RELEASE, &[Param::Text(batch)]).await? {
                wake(&mut woken, row.maybe_text("queue")?);
            }
        }
        Ok(woken)
    }
}

/// Lengthens leases.
pub(super) struct Renew {
    batches: Vec<String>,
    count: usize,
    lease: Duration,
}

impl Renew {
    pub(super) fn new(claims: &[ClaimRef], lease: Duration) -> Result<Self> {
        let batches = batches(claims.iter().enumerate().map(ClaimJson::new))?;
        Ok(Self { batches, count: claims.len(), lease })
    }
}

#[async_trait]
impl Operation for Renew {
    type Answer = Vec<Renewal>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Vec<Renewal>> {
        let mut renewals = vec![Renewal::Lost; self.count];
        for batch in &self.batches {
            for row in link.run(RENEW, &[Param::Text(batch), Param::Int(length(self.lease))]).await? {
                let asked = row.flag("cancel_requested")?;
                renewals[row.count::<usize>("place")?] = if asked { Renewal::CancelRequested } else { Renewal::Held };
            }
        }
        Ok(renewals)
    }
}

/// Notes how far a task is.
pub(super) struct Note {
    pub(super) claim: ClaimRef,
    pub(super) progress: Progress,
}

#[async_trait]
impl Operation for Note {
    type Answer = Accepted;

    async fn run(&self, link: &mut Link<'_>) -> Result<Accepted> {
        let (statement, json) = match &self.progress {
            Progress::Told(part, words) => (TELL, text(&(part, words))?),
            Progress::Step(name, result) => (STEP, text(&HashMap::from([(name, super::json::utf8(result)?)]))?),
        };
        let id = self.claim.id.to_string();
        let rows = link.run(statement, &[Param::Text(&id), Param::Int(self.claim.fence), Param::Text(&json)]).await?;
        Ok(if rows.is_empty() { Accepted::Stale } else { Accepted::Accepted })
    }
}

/// Names a queue once.
pub(super) fn wake(woken: &mut Woken, queue: Option<String>) {
    if let Some(queue) = queue.filter(|queue| !woken.iter().any(|woken| **woken == **queue)) {
        woken.push(queue.into());
    }
}

