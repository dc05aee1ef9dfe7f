//! HTTP/2 connections to one target, shared by requests: few, the one with the fewest streams first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

use arc_swap::ArcSwap;
use hyper::client::conn::http2::SendRequest;
use tokio::sync::Mutex;

use crate::gateway::forward::Outgoing;
use crate::gateway::time::Moment;

/// Connections to one target.
const MOST: usize = 4;

/// The part of the peer's limit of streams, in percent, at which another connection is made.
const FULL: usize = 80;

/// One connection and how many requests it carries.
pub(crate) struct Shared {
    sender: SendRequest<Outgoing>,
    streams: AtomicUsize,
    /// How many the peer allows.
    room: Arc<AtomicUsize>,
    served: AtomicU32,
    most: u32,
    ends: Moment,
}

/// The connections of one target; read without a lock.
#[derive(Debug, Default)]
pub(crate) struct Multiplexed {
    connections: ArcSwap<Vec<Arc<Shared>>>,
    /// Held by the one who dials: the others wait for its connection instead of making their own.
    pub(crate) dialling: Mutex<()>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("streams", &self.streams).finish_non_exhaustive()
    }
}

impl Multiplexed {
    /// A stream of the connection that carries the fewest, if there is room for one.
    pub(crate) fn take(&self, now: Moment) -> Option<Stream> {
        let connections = self.connections.load();
        let alive = connections.iter().filter(|one| one.is_usable(now));
        let least = alive.min_by_key(|one| one.streams.load(Relaxed))?;
        let room = least.room();
        let streams = least.streams.load(Relaxed);
        // Beyond the mark another connection is better, as long as there may be one.
        if streams * 100 >= room * FULL && connections.len() < MOST {
            return None;
        }
        Some(Stream::new(least))
    }

    /// Adds a connection, and forgets those that have ended.
    pub(crate) fn add(
        &self,
        sender: SendRequest<Outgoing>,
        room: Arc<AtomicUsize>,
        ends: Moment,
        most: u32,
        now: Moment,
    ) -> Stream {
        let (streams, served) = (AtomicUsize::new(0), AtomicU32::new(0));
        let shared = Arc::new(Shared { sender, streams, room, served, most, ends });
        self.connections.rcu(|before| {
            let alive = before.iter().filter(|one| one.is_usable(now)).cloned();
            alive.chain([Arc::clone(&shared)]).collect::<Vec<_>>()
        });
        Stream::new(&shared)
    }

    /// Connections without a stream.
    pub(crate) fn idle(&self) -> usize {
        self.connections.load().iter().filter(|one| one.streams.load(Relaxed) == 0 && !one.sender.is_closed()).count()
    }

    /// Forgets what nobody uses any longer; their tasks end with the last stream.
    pub(crate) fn prune(&self, now: Moment) {
        if self.connections.load().iter().any(|one| !one.is_usable(now)) {
            self.connections.rcu(|before| before.iter().filter(|one| one.is_usable(now)).cloned().collect::<Vec<_>>());
        }
    }
}

impl Shared {
    fn is_usable(&self, now: Moment) -> bool {
        now < self.ends && !self.sender.is_closed() && self.served.load(Relaxed) < self.most
    }

    /// How many streams the peer allows.
    fn room(&self) -> usize {
        self.room.load(Relaxed).clamp(1, 1 << 20)
    }
}

/// One stream's place on a connection.
pub(crate) struct Stream {
    pub(crate) sender: SendRequest<Outgoing>,
    shared: Arc<Shared>,
}

impl Stream {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.streams.fetch_add(1, Relaxed);
        shared.served.fetch_add(1, Relaxed);
        Self { sender: shared.sender.clone(), shared: Arc::clone(shared) }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.shared.streams.fetch_sub(1, Relaxed);
    }
}
