//! The connections to one target: those that wait for a request, how many there may be, and how new ones are made.
//!
//! A connection is taken from the shard of the thread that asks, the last one returned first, else from another shard,
//! else it is dialled. Its task stays on the runtime that dialled it, wherever it is used. Shards are locked by
//! `try_lock` and never waited for: a shard that is in use has nothing to give.

mod checkout;
mod connect;
mod informational;
mod multiplexed;
mod shard;
mod stream;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Notify;

pub(crate) use checkout::{Lease, Sent};
pub(crate) use connect::{Ready, dial, handshake, literal, secure};
pub(crate) use informational::TooMany;
pub(crate) use multiplexed::Multiplexed;
use shard::{Idle, Shard};
pub(crate) use tls::Tls;

use super::random::{self, Random};
use super::target::Tally;
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

impl PoolLimits {
    /// How long the next connection may live: a tenth more or less, so that not all are renewed at once.
    pub(crate) fn lifetime(&self) -> Duration {
        self.age.mul_f64(random::of_thread().unit().mul_add(0.2, 0.9))
    }
}

/// The connections to one target.
#[derive(Debug)]
pub(crate) struct Pool {
    shards: Box<[Shard]>,
    open: Arc<Open>,
    limits: PoolLimits,
}

/// How many connections are open, and who waits for one.
#[derive(Debug, Default)]
struct Open {
    count: AtomicUsize,
    waiting: AtomicUsize,
    free: Notify,
    tally: Arc<Tally>,
}

impl Pool {
    pub(crate) fn new(limits: PoolLimits, tally: Arc<Tally>) -> Self {
        let shards = std::thread::available_parallelism().map_or(1, usize::from);
        let open = Arc::new(Open { tally, ..Open::default() });
        Self { shards: (0..shards).map(|_| Shard::default()).collect(), open, limits }
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
        self.open.tell();
    }

    /// A place for one more connection, when there is one; it is free again when that is dropped.
    pub(crate) fn place(&self) -> Option<Place> {
        let place = Place { open: Arc::clone(&self.open), made: false };
        // Counted before it is looked at, so that two who ask at once do not both get the last one.
        (self.open.count.fetch_add(1, Relaxed) < self.limits.connections).then_some(place)
    }

    /// A place among those who wait for a connection; who has it looks once more before it waits.
    pub(crate) fn queue(&self) -> Waiting<'_> {
        self.open.waiting.fetch_add(1, Relaxed);
        self.open.tally.waits.fetch_add(1, Relaxed);
        Waiting(&self.open)
    }

    /// Drops what has waited too long: nobody else would notice while no request comes.
    pub(crate) fn prune(&self, now: Moment) {
        self.shards.iter().for_each(|shard| shard.prune(now));
    }

    /// Open connections, and how many of them wait.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.open.count.load(Relaxed), self.shards.iter().map(Shard::len).sum())
    }

    pub(crate) fn limits(&self) -> &PoolLimits {
        &self.limits
    }
}

/// One open connection's place among those that may be open.
#[derive(Debug)]
pub(crate) struct Place {
    open: Arc<Open>,
    /// Whether there is a connection in it.
    made: bool,
}

impl Place {
    /// Says that the connection was made.
    pub(crate) fn made(mut self) -> Self {
        self.open.tally.opened.fetch_add(1, Relaxed);
        self.made = true;
        self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.made {
            self.open.tally.closed.fetch_add(1, Relaxed);
        }
        self.open.count.fetch_sub(1, Relaxed);
        self.open.tell();
    }
}

impl Open {
    /// Wakes the first of those who wait; nearly always there is nobody.
    #[inline]
    fn tell(&self) {
        if self.waiting.load(Relaxed) > 0 {
            self.free.notify_one();
        }
    }
}

/// Somebody who waits for a connection.
pub(crate) struct Waiting<'a>(&'a Open);

impl Waiting<'_> {
    /// Resolves when one may be free, for those who wait in the order in which they came.
    pub(crate) async fn free(&self) {
        self.0.free.notified().await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}
