//! What waits until a reply has been sent: carried by the response, kept by the connection until the bytes are flushed.
//!
//! Whatever becomes of the response, the one who waits is told once: a reply that nobody could be sent is over as well.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Who waits for the end of a reply.
pub(crate) trait AfterReply: Send + Sync {
    /// The reply was sent, or is lost.
    fn sent(&self);
}

/// Stands in the extensions of a response; when the last copy is dropped, the reply is over.
#[derive(Clone)]
pub(crate) struct Waiting {
    _last: Arc<Last>,
}

struct Last(Vec<Arc<dyn AfterReply>>);

impl Waiting {
    pub(crate) fn new(who: Vec<Arc<dyn AfterReply>>) -> Self {
        Self { _last: Arc::new(Last(who)) }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.0.iter().for_each(|who| who.sent());
    }
}

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
