//! Replies of one connection that are written and not yet flushed, for those who wait until they are sent.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::peer::Waiting;

/// Those of one connection whose reply is written and not yet flushed.
#[derive(Default)]
pub(super) struct Unflushed {
    any: AtomicBool,
    waiting: Mutex<Vec<Waiting>>,
}

impl Unflushed {
    #[cold]
    pub(super) fn add(&self, waiting: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
        self.any.store(true, Relaxed);
    }

    /// Everything that was written is with the system.
    #[inline]
    pub(super) fn flushed(&self) {
        if self.any.load(Relaxed) {
            self.release();
        }
    }

    #[cold]
    fn release(&self) {
        self.any.store(false, Relaxed);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        drop(waiting);
    }
}

impl std::fmt::Debug for Unflushed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unflushed")
    }
}
