//! The connections to one target: those that wait for a request, how many there may be, and how new ones are made.
//!
//! A connection is taken from the shard of the thread that asks, the last one returned first, else from another shard,
//! else it is dialled. Its task stays on the runtime that dialled it, wherever it is used. Shards are locked by
//! `try_lock` and never waited for: a shard that is in use has nothing to give.

mod checkout;
mod connect;
mod shard;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

pub(crate) use checkout::{Lease, Sender};
pub(crate) use connect::{dial, handshake, literal};
use shard::{Idle, Shard};

use super::time::Moment;

/// How many connections there may be, and for how long.
#[derive(Debug, Clone)]
pub(crate) struct PoolLimits {
    /// Open connections to one target.
    pub(crate) connections: usize,
    /// Of those, how many may wait in one shard.
    pub(crate) idle: usize,
    /// How long one may wait.
    pub(crate) idle_timeout: Duration,
    /// How old one may get, give or take a tenth.
    pub(crate) age: Duration,
    /// How many requests one serves.
    pub(crate) requests: u32,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            connections: 512,
            idle: 64,
            idle_timeout: Duration::from_secs(4),
            age: Duration::from_secs(300),
            requests: 10_000,
        }
    }
}

/// The connections to one target.
#[derive(Debug)]
pub(crate) struct Pool {
    shards: Box<[Shard]>,
    open: Arc<AtomicUsize>,
    limits: PoolLimits,
}

impl Pool {
    pub(crate) fn new(limits: PoolLimits) -> Self {
        let shards = std::thread::available_parallelism().map_or(1, usize::from);
        Self { shards: (0..shards).map(|_| Shard::default()).collect(), open: Arc::default(), limits }
    }

    /// A connection that waits, from the shard of this thread before the others.
    #[inline]
    pub(crate) fn take(&self, now: Moment) -> Option<Idle> {
        let own = shard::of_thread() % self.shards.len();
        self.shards[own].take(now).or_else(|| self.steal(own, now))
    }

    #[cold]
    fn steal(&self, own: usize, now: Moment) -> Option<Idle> {
        let others = (1..self.shards.len()).map(|step| (own + step) % self.shards.len());
        others.into_iter().find_map(|other| self.shards[other].take(now))
    }

    /// Takes back a connection that has served its request; drops it when it is not wanted any longer.
    #[inline]
    pub(crate) fn give_back(&self, idle: Idle) {
        let own = shard::of_thread() % self.shards.len();
        self.shards[own].give(idle, self.limits.idle);
    }

    /// A place for one more connection, when there is one; it is free again when that is dropped.
    pub(crate) fn place(&self) -> Option<Place> {
        let place = Place(Arc::clone(&self.open));
        // Counted before it is looked at, so that two who ask at once do not both get the last one.
        (self.open.fetch_add(1, Relaxed) < self.limits.connections).then_some(place)
    }

    /// Drops what has waited too long: nobody else would notice while no request comes.
    pub(crate) fn prune(&self, now: Moment) {
        self.shards.iter().for_each(|shard| shard.prune(now));
    }

    /// Open connections, and how many of them wait.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.open.load(Relaxed), self.shards.iter().map(Shard::len).sum())
    }

    pub(crate) fn limits(&self) -> &PoolLimits {
        &self.limits
    }
}

/// One open connection's place among those that may be open.
#[derive(Debug)]
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
