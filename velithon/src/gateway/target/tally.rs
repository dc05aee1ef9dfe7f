//! What happened to one target, as far as it is rare: read by whoever asks, and kept for as long as the target is.

use std::sync::atomic::AtomicU64;

/// Events of one target since it joined.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Connections that were made.
    pub(crate) opened: AtomicU64,
    /// Those of them that have ended.
    pub(crate) closed: AtomicU64,
    /// Requests that waited for a connection of others.
    pub(crate) waits: AtomicU64,
    /// Times that it was taken out for failures in a row.
    pub(crate) ejections: AtomicU64,
    pub(crate) checks_passed: AtomicU64,
    pub(crate) checks_failed: AtomicU64,
}
