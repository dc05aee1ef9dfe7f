//! What waits until a reply has been sent: carried by the response, kept by the connection until the bytes are flushed.
//!
//! Whatever becomes of the response, the one who waits is told once: a reply that nobody could be sent is over as well.

use std::sync::Arc;

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
