//! One queue: which of its tasks is next, and how many may run.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::task::id::TaskId;
use crate::task::priority::TaskPriority;
use crate::task::store::{QueueName, Rate};
use crate::task::time::Timestamp;

/// A place in line: the time it became due, and whose it is.
///
/// A task that was called off, or got another time, leaves its old place behind; whoever takes it looks at the task.
pub(super) type Place = (Timestamp, TaskId);

/// The tasks of one priority.
#[derive(Debug, Default)]
struct Lane {
    due: VecDeque<Place>,
    later: BinaryHeap<Reverse<Place>>,
}

impl Lane {
    fn mature(&mut self, now: Timestamp) {
        while let Some(Reverse(place)) = self.later.peek()
            && place.0 <= now
        {
            self.due.push_back(*place);
            self.later.pop();
        }
    }
}

/// What waits in one queue, and its limits.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) name: QueueName,
    lanes: [Lane; 4],
    pub(super) running: u32,
    pub(super) paused: bool,
    pub(super) concurrency: Option<u32>,
    rate: Option<Rate>,
    /// The theoretical arrival time of the generic cell rate algorithm: before it, the rate is used up.
    arrival: Timestamp,
}

impl Queue {
    pub(super) fn new(name: QueueName) -> Self {
        Self {
            name,
            lanes: Default::default(),
            running: 0,
            paused: false,
            concurrency: None,
            rate: None,
            arrival: Timestamp::default(),
        }
    }

    /// Takes a place in line; whether a worker that sleeps has to know.
    pub(super) fn push(&mut self, priority: TaskPriority, place: Place, now: Timestamp) -> bool {
        let idle = self.lanes.iter().all(|lane| lane.due.is_empty());
        let lane = &mut self.lanes[usize::from(priority.level())];
        if place.0 <= now {
            lane.due.push_back(place);
            return idle;
        }
        let sooner = lane.later.peek().is_none_or(|Reverse(first)| place < *first);
        lane.later.push(Reverse(place));
        idle && sooner
    }

    /// The place whose turn it is: the least `due + level · AGEING` among the heads of the lanes.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Place> {
        let mut best: Option<(Timestamp, usize)> = None;
        for (level, lane) in self.lanes.iter_mut().enumerate() {
            lane.mature(now);
            let Some((due, _)) = lane.due.front() else { continue };
            let rank = *due + TaskPriority::AGEING * u32::try_from(level).unwrap_or(0);
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, level));
            }
        }
        best.and_then(|(_, level)| self.lanes[level].due.pop_front())
    }

    /// In how long the next scheduled task is due.
    pub(super) fn next_in(&self, now: Timestamp) -> Option<Duration> {
        let first = self.lanes.iter().filter_map(|lane| lane.later.peek()).map(|Reverse((due, _))| *due).min();
        first.map(|due| due.since(now))
    }

    pub(super) fn set(&mut self, concurrency: Option<u32>, rate: Option<Rate>) {
        (self.concurrency, self.rate) = (concurrency, rate);
    }

    /// Of `wanted` starts, how many the limits of the queue allow.
    pub(super) fn allowed(&self, wanted: usize, now: Timestamp) -> usize {
        if self.paused {
            return 0;
        }
        let free = self.concurrency.map_or(usize::MAX, |most| most.saturating_sub(self.running) as usize);
        let left = self.rate.map_or(usize::MAX, |rate| rate.left(self.arrival.micros(), now) as usize);
        wanted.min(free).min(left)
    }

    /// Counts starts.
    pub(super) fn started(&mut self, count: usize, now: Timestamp) {
        self.running += u32::try_from(count).unwrap_or(u32::MAX);
        if let Some(rate) = self.rate {
            let from = self.arrival.max(now).micros();
            let more = rate.each().saturating_mul(i64::try_from(count).unwrap_or(i64::MAX));
            self.arrival = Timestamp::from_micros(from.saturating_add(more));
        }
    }

    pub(super) fn ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(10_000_000_000);

    fn push(queue: &mut Queue, priority: TaskPriority, due: Timestamp) -> TaskId {
        let id = TaskId::new();
        queue.push(priority, (due, id), NOW);
        id
    }

    #[test]
    fn a_task_rises_one_level_a_minute() {
        let mut queue = Queue::new("q".into());
        let low = push(&mut queue, TaskPriority::Low, NOW - Duration::from_secs(181));
        let fresh = push(&mut queue, TaskPriority::Critical, NOW);
        assert_eq!(queue.pop(NOW).map(|place| place.1), Some(low));
        assert_eq!(queue.pop(NOW).map(|place| place.1), Some(fresh));
    }

    #[test]
    fn a_worker_is_woken_by_the_first_due_task_and_not_by_each() {
        let mut queue = Queue::new("q".into());
        assert!(queue.push(TaskPriority::Normal, (NOW, TaskId::new()), NOW));
        assert!(!queue.push(TaskPriority::Critical, (NOW, TaskId::new()), NOW));
    }

    #[test]
    fn a_rate_is_spent_and_comes_back() {
        let mut queue = Queue::new("q".into());
        queue.set(None, Some(Rate { count: 10, per: Duration::from_secs(1) }));
        assert_eq!(queue.allowed(50, NOW), 10);
        queue.started(10, NOW);
        assert_eq!(queue.allowed(50, NOW), 0);
        assert_eq!(queue.allowed(50, NOW + Duration::from_millis(350)), 3);
    }
}
