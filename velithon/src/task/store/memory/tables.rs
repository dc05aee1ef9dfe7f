//! Everything the memory store knows, and each move as one step: whoever holds the lock sees no half-done one.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::time::Duration;

use super::hasher::IdHasher;
use super::queue::Queue;
use super::row::Row;
use crate::task::id::{TaskId, WorkerId};
use crate::task::state::{Standing, TaskState};
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Claims, Ending, EnqueuedRow, NewTask, Page, Progress, QueueName, QueueRow,
    Renewal, Swept, TaskFilter, TaskRow,
};
use crate::task::time::Timestamp;

/// How many ended tasks are kept of each kind.
const KEPT: usize = 10_000;
/// How many ticks of one schedule are remembered.
const TICKS: usize = 200;

/// Queues to wake, each once.
type Woken = Vec<QueueName>;

#[derive(Debug)]
pub(super) struct Tables {
    limit: usize,
    live: usize,
    rows: HashMap<TaskId, Row, BuildHasherDefault<IdHasher>>,
    queues: HashMap<QueueName, Queue>,
    unique: HashMap<String, TaskId>,
    ticks: BTreeMap<String, BTreeSet<Timestamp>>,
    /// Done and cancelled tasks, and dead ones, the oldest first.
    ended: [VecDeque<TaskId>; 2],
}

impl Tables {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            live: 0,
            rows: HashMap::default(),
            queues: HashMap::new(),
            unique: HashMap::new(),
            ticks: BTreeMap::new(),
            ended: Default::default(),
        }
    }

    /// The limit is the error: nothing is kept then.
    pub(super) fn enqueue(&mut self, tasks: &[NewTask], now: Timestamp) -> Result<(Vec<EnqueuedRow>, Woken), usize> {
        if self.live + tasks.len() > self.limit {
            return Err(self.limit);
        }
        let mut woken = Woken::new();
        let rows = tasks.iter().map(|task| self.keep(task, now, &mut woken)).collect();
        Ok((rows, woken))
    }

    fn keep(&mut self, task: &NewTask, now: Timestamp, woken: &mut Woken) -> EnqueuedRow {
        if let Some(id) = task.unique.as_ref().and_then(|unique| self.holder(&unique.key, now)) {
            return EnqueuedRow { id, existing: id != task.id };
        }
        let kept = EnqueuedRow { id: task.id, existing: false };
        if self.rows.contains_key(&task.id) {
            return kept;
        }
        if let Some(unique) = &task.unique {
            self.unique.insert(unique.key.clone(), task.id);
        }
        let row = Row::new(task, now);
        let place = (row.standing.run_at, task.id);
        if queue(&mut self.queues, &task.queue).push(task.priority, place, now) {
            wake(woken, &task.queue);
        }
        self.rows.insert(task.id, row);
        self.live += 1;
        kept
    }

    /// The task that has a unique key.
    fn holder(&self, key: &str, now: Timestamp) -> Option<TaskId> {
        let id = self.unique.get(key)?;
        self.rows.get(id).is_some_and(|row| row.holds_key(now)).then_some(*id)
    }

    pub(super) fn claim(
        &mut self,
        name: &QueueName,
        n: usize,
        worker: WorkerId,
        lease: Duration,
        now: Timestamp,
    ) -> Claims {
        let Some(queue) = self.queues.get_mut(name) else { return Claims::default() };
        let allowed = queue.allowed(n, now);
        let mut taken = Vec::with_capacity(allowed.min(256));
        while taken.len() < allowed {
            let Some((due, id)) = queue.pop(now) else { break };
            let Some(row) = self.rows.get_mut(&id) else { continue };
            if row.standing.is_due(now) && row.standing.run_at == due && row.queue == *name {
                taken.push(row.claim(id, worker, lease, now));
            }
        }
        queue.started(taken.len(), now);
        Claims { taken, next_in: queue.next_in(now) }
    }

    pub(super) fn renew(&mut self, claims: &[ClaimRef], until: Timestamp) -> Vec<Renewal> {
        let one = |claim: &ClaimRef| match self.rows.get_mut(&claim.id) {
            Some(row) if row.standing.is_held_by(claim.fence) => {
                row.standing.lease_until = until;
                if row.standing.cancel_requested { Renewal::CancelRequested } else { Renewal::Held }
            }
            _ => Renewal::Lost,
        };
        claims.iter().map(one).collect()
    }

    pub(super) fn complete(&mut self, endings: &[Ending], now: Timestamp) -> (Vec<Accepted>, Woken) {
        let mut woken = Woken::new();
        let accepted = endings.iter().map(|ending| self.end(ending, now, &mut woken)).collect();
        (accepted, woken)
    }

    fn end(&mut self, ending: &Ending, now: Timestamp, woken: &mut Woken) -> Accepted {
        let ClaimRef { id, fence } = ending.claim;
        let Some(row) = self.rows.get_mut(&id) else { return Accepted::Stale };
        if !row.standing.is_held_by(fence) {
            return if row.was_ended_by(fence) { Accepted::Accepted } else { Accepted::Stale };
        }
        let outcome = &ending.outcome;
        row.close_run(outcome.end.name(), outcome.error.as_deref(), now);
        row.error.clone_from(&outcome.error);
        row.result.clone_from(&outcome.result);
        let standing = row.standing.ended(now, outcome.end);
        self.leave(id, standing, now, woken);
        Accepted::Accepted
    }

    /// Moves a running task to where it stands next.
    fn leave(&mut self, id: TaskId, standing: Standing, now: Timestamp, woken: &mut Woken) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        row.standing = standing;
        let queue = queue(&mut self.queues, &row.queue);
        // Others may have waited for the place that is free now.
        let was_full = queue.concurrency.is_some_and(|most| queue.running >= most);
        queue.ended();
        let waits = standing.state == TaskState::Queued;
        let is_first = waits && queue.push(row.priority, (standing.run_at, id), now);
        if was_full || is_first {
            wake(woken, &row.queue);
        }
        if !waits {
            self.retire(id, now);
        }
    }

    /// Counts a task among those that have ended, and forgets the oldest of them.
    fn retire(&mut self, id: TaskId, now: Timestamp) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        row.finished_at = Some(now);
        self.live -= 1;
        let is_dead = row.standing.state == TaskState::Dead;
        let ended = &mut self.ended[usize::from(is_dead)];
        ended.push_back(id);
        if ended.len() > KEPT
            && let Some(oldest) = ended.pop_front()
        {
            self.forget(oldest);
        }
    }

    /// Removes a task that has ended; one that was revived stays.
    fn forget(&mut self, id: TaskId) -> bool {
        if self.rows.get(&id).is_none_or(|row| row.standing.state.is_live()) {
            return false;
        }
        if let Some((key, _)) = self.rows.remove(&id).and_then(|row| row.unique)
            && self.unique.get(&key) == Some(&id)
        {
            self.unique.remove(&key);
        }
        true
    }

    pub(super) fn release(&mut self, claims: &[ClaimRef], now: Timestamp) -> Woken {
        let mut woken = Woken::new();
        for claim in claims {
            let Some(row) = self.rows.get_mut(&claim.id) else { continue };
            if row.standing.is_held_by(claim.fence) {
                row.close_run("released", None, now);
                let standing = row.standing.released();
                self.leave(claim.id, standing, now, &mut woken);
            }
        }
        woken
    }

    pub(super) fn sweep(&mut self, limit: usize, now: Timestamp) -> (Swept, Woken) {
        let is_over = |row: &Row| row.standing.state == TaskState::Running && row.standing.lease_until <= now;
        let over: Vec<TaskId> =
            self.rows.iter().filter(|(_, row)| is_over(row)).map(|(id, _)| *id).take(limit).collect();
        let (mut swept, mut woken) = (Swept::default(), Woken::new());
        for id in over {
            let Some(row) = self.rows.get_mut(&id) else { continue };
            row.close_run("lost", None, now);
            let standing = row.standing.lost(now);
            swept.lost += 1;
            swept.dead += u64::from(standing.state == TaskState::Dead);
            self.leave(id, standing, now, &mut woken);
        }
        swept.removed = self.expire(limit, now);
        (swept, woken)
    }

    /// Forgets what has been kept for long enough.
    fn expire(&mut self, limit: usize, now: Timestamp) -> u64 {
        use crate::task::store::retention::{DEAD, ENDED};
        let mut removed = 0;
        for (kind, keep) in [ENDED, DEAD].into_iter().enumerate() {
            while removed < limit
                && let Some(&id) = self.ended[kind].front()
                && self.rows.get(&id).is_none_or(|row| row.is_over(keep, now))
            {
                self.ended[kind].pop_front();
                removed += usize::from(self.forget(id));
            }
        }
        removed as u64
    }

    /// Whether this was the first to say that a schedule was due.
    pub(super) fn cron_tick(
        &mut self,
        name: &str,
        tick: Timestamp,
        task: Option<&NewTask>,
        now: Timestamp,
    ) -> Result<(bool, Woken), usize> {
        if self.ticks.get(name).is_some_and(|ticks| ticks.contains(&tick)) {
            return Ok((false, Woken::new()));
        }
        let woken = match task {
            Some(task) => self.enqueue(std::slice::from_ref(task), now)?.1,
            None => Woken::new(),
        };
        let ticks = self.ticks.entry(name.to_owned()).or_default();
        ticks.insert(tick);
        if ticks.len() > TICKS {
            ticks.pop_first();
        }
        Ok((true, woken))
    }

    pub(super) fn last_tick(&self, name: &str) -> Option<Timestamp> {
        self.ticks.get(name).and_then(|ticks| ticks.last().copied())
    }

    pub(super) fn progress(&mut self, claim: ClaimRef, progress: Progress) -> Accepted {
        match self.rows.get_mut(&claim.id) {
            Some(row) if row.standing.is_held_by(claim.fence) => {
                match progress {
                    Progress::Told(part, text) => row.progress = Some((part, text)),
                    Progress::Step(name, result) => drop(row.steps.insert(name, result)),
                }
                Accepted::Accepted
            }
            _ => Accepted::Stale,
        }
    }

    /// The tasks that a filter admits, ordered by id.
    fn admitted(&self, filter: &TaskFilter) -> Vec<TaskId> {
        let behind = |id: &TaskId| filter.after.is_none_or(|after| *id > after);
        let admitted = |id: &TaskId| self.rows.get(id).is_some_and(|row| row.admitted(*id, filter));
        let mut ids: Vec<TaskId> = if filter.ids.is_empty() {
            self.rows.keys().copied().filter(|id| behind(id) && admitted(id)).collect()
        } else {
            filter.ids.iter().copied().filter(|id| behind(id) && admitted(id)).collect()
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    pub(super) fn inspect(&self, filter: &TaskFilter, now: Timestamp) -> Page<TaskRow> {
        let ids = self.admitted(filter);
        let page = filter.page() as usize;
        let rows = ids.iter().take(page).filter_map(|id| Some((*id, self.rows.get(id)?)));
        let items: Vec<TaskRow> = rows.map(|(id, row)| row.shown(id, filter.runs, now)).collect();
        let next = (ids.len() > page).then(|| items.last().map(|row| row.id)).flatten();
        Page { items, next }
    }

    pub(super) fn queue_rows(&self, now: Timestamp) -> Vec<QueueRow> {
        let mut rows: BTreeMap<QueueName, QueueRow> = BTreeMap::new();
        let empty = |queue: &Queue| QueueRow {
            name: QueueName::clone(&queue.name),
            paused: queue.paused,
            queued: 0,
            running: u64::from(queue.running),
            oldest_due: None,
        };
        rows.extend(self.queues.values().map(|queue| (QueueName::clone(&queue.name), empty(queue))));
        for row in self.rows.values().filter(|row| row.standing.state == TaskState::Queued) {
            let Some(told) = rows.get_mut(&row.queue) else { continue };
            told.queued += 1;
            if row.standing.run_at <= now {
                told.oldest_due = told.oldest_due.max(Some(now.since(row.standing.run_at)));
            }
        }
        rows.into_values().collect()
    }

    pub(super) fn admin(&mut self, action: &AdminAction, now: Timestamp) -> (u64, Woken) {
        let mut woken = Woken::new();
        let done = match action {
            AdminAction::Cancel(filter) => self.each(filter, |tables, id| tables.cancel(id, now)),
            AdminAction::Retry(filter) => self.each(filter, |tables, id| tables.revive(id, now, &mut woken)),
            AdminAction::Purge(filter) => self.each(filter, |tables, id| tables.purge(id, now)),
            AdminAction::Pause(name, paused) => {
                queue(&mut self.queues, name).paused = *paused;
                wake(&mut woken, name);
                0
            }
            AdminAction::Queue(settings) => {
                queue(&mut self.queues, &settings.name).set(settings.concurrency, settings.rate);
                wake(&mut woken, &settings.name);
                0
            }
        };
        (done, woken)
    }

    fn each(&mut self, filter: &TaskFilter, mut act: impl FnMut(&mut Self, TaskId) -> bool) -> u64 {
        let ids = self.admitted(filter);
        ids.into_iter().filter(|id| act(self, *id)).count() as u64
    }

    fn cancel(&mut self, id: TaskId, now: Timestamp) -> bool {
        let Some(row) = self.rows.get_mut(&id) else { return false };
        let before = row.standing;
        row.standing = before.cancelled();
        if row.standing.state == TaskState::Cancelled && before.state == TaskState::Queued {
            self.retire(id, now);
        }
        before.state.is_live()
    }

    fn revive(&mut self, id: TaskId, now: Timestamp, woken: &mut Woken) -> bool {
        let Some(row) = self.rows.get_mut(&id) else { return false };
        let revived = row.standing.revived(now);
        if revived == row.standing {
            return false;
        }
        (row.standing, row.finished_at) = (revived, None);
        let key = row.unique.as_ref().map(|(key, _)| key.clone());
        self.live += 1;
        if queue(&mut self.queues, &row.queue).push(row.priority, (now, id), now) {
            wake(woken, &row.queue);
        }
        for ended in &mut self.ended {
            ended.retain(|other| *other != id);
        }
        if let Some(key) = key.filter(|key| self.holder(key, now).is_none()) {
            self.unique.insert(key, id);
        }
        true
    }

    /// Removes a task that does not run.
    fn purge(&mut self, id: TaskId, now: Timestamp) -> bool {
        if self.rows.get(&id).is_some_and(|row| row.standing.state == TaskState::Queued) {
            self.cancel(id, now);
        }
        self.forget(id)
    }
}

/// The queue of a name, which is made when first named.
fn queue<'q>(queues: &'q mut HashMap<QueueName, Queue>, name: &QueueName) -> &'q mut Queue {
    queues.entry(QueueName::clone(name)).or_insert_with(|| Queue::new(QueueName::clone(name)))
}

fn wake(woken: &mut Woken, queue: &QueueName) {
    if !woken.contains(queue) {
        woken.push(QueueName::clone(queue));
    }
}
