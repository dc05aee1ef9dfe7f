//! The place of one request among those in flight.

use std::sync::Arc;

/// Where places come from, and go back to.
pub(crate) trait Places: Send + Sync {
    /// Takes one place back.
    fn give(&self);
}

/// A request's place among those in flight; given back when this is dropped.
///
/// It is kept until nothing works for the request any more: by whoever replies, or, when the client left before that, by the
/// end of the request's values.
pub struct Admission(Arc<dyn Places>);

impl Admission {
    /// A place that was taken from `places`.
    pub(crate) fn new(places: Arc<dyn Places>) -> Self {
        Self(places)
    }
}

impl Drop for Admission {
    #[inline]
    fn drop(&mut self) {
        self.0.give();
    }
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Admission")
    }
}
