//! The idle connections of one worker.

use std::cell::Cell;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use hyper::client::conn::http1::SendRequest;

use crate::gateway::forward::Outgoing;
use crate::gateway::time::Moment;

/// An HTTP/1 connection that waits for its next request.
pub(crate) struct Idle {
    pub(crate) sender: SendRequest<Outgoing>,
    /// When it is too old to be kept.
    pub(crate) ends: Moment,
    /// When it has waited too long.
    pub(crate) expires: Moment,
    /// How many requests it may still serve.
    pub(crate) left: u32,
}

impl fmt::Debug for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idle").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Connections in the order in which they came back: the last one is the most likely to be alive and in the cache.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Shard(Mutex<Vec<Idle>>);

impl Shard {
    /// The last connection returned that still lives. A shard that is in use has nothing to give.
    #[inline]
    pub(super) fn take(&self, now: Moment) -> Option<Idle> {
        let mut idle = self.0.try_lock().ok()?;
        while let Some(one) = idle.pop() {
            if now < one.expires && now < one.ends && !one.sender.is_closed() {
                return Some(one);
            }
        }
        None
    }

    #[inline]
    pub(super) fn give(&self, one: Idle, most: usize) {
        if let Ok(mut idle) = self.0.try_lock()
            && idle.len() < most
        {
            idle.push(one);
        }
    }

    pub(super) fn prune(&self, now: Moment) {
        if let Ok(mut idle) = self.0.try_lock() {
            idle.retain(|one| now < one.expires && now < one.ends && !one.sender.is_closed());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.try_lock().map_or(0, |idle| idle.len())
    }
}

/// The number of this thread, given when it first asks.
#[inline]
pub(super) fn of_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) });
    NUMBER.with(|number| {
        if number.get() == usize::MAX {
            number.set(NEXT.fetch_add(1, Relaxed));
        }
        number.get()
    })
}
