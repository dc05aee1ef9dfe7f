//! Whether a target may be chosen: what health checks, passive ejection and the operator say about it.
//!
//! The words are changed by few and read whenever the eligible list of a set is made. Every change raises the version of
//! the upstream's [`Changes`], by which a set notices that its list is old.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::Release};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use crate::gateway::time::Moment;

/// How long a target whose health is not known yet is waited for, before it is used anyway.
pub(crate) const FAIL_OPEN: Duration = Duration::from_secs(5);

/// What the health checks of a target say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Health {
    /// No check has ended yet.
    Unknown,
    Up,
    Down,
}

/// The changes of all targets of one upstream.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    version: AtomicU64,
    /// Held while one target is ejected, so that two at a time do not each see the other in.
    judging: Mutex<()>,
}

impl Changes {
    /// Rises with every change.
    #[inline]
    pub(crate) fn version(&self) -> u64 {
        // A reader that sees the version sees the words it was raised for.
        self.version.load(std::sync::atomic::Ordering::Acquire)
    }

    fn raise(&self) {
        self.version.fetch_add(1, Release);
    }

    /// The right to eject; nothing while another thread has it, which nobody waits for.
    pub(crate) fn judge(&self) -> Option<MutexGuard<'_, ()>> {
        match self.judging.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// The state of one target that decides whether it may be chosen.
#[derive(Debug)]
pub(crate) struct Standing {
    changes: Arc<Changes>,
    health: AtomicU8,
    draining: AtomicBool,
    /// When the target joined.
    added: Moment,
    /// When it was last taken back, in microseconds.
    returned: AtomicU64,
    /// Attempts that failed, one after the other.
    pub(crate) failures: AtomicU32,
    /// How often it was ejected, less what good behaviour took off.
    pub(crate) ejections: AtomicU32,
    /// The end of the last ejection, in microseconds.
    ejected_until: AtomicU64,
    /// Whether that was because it could not be reached.
    unreached: AtomicBool,
}

/// The place of a target at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It may be chosen, and has been since then.
    In { since: Moment },
    /// Its first check is waited for, at most until then.
    Pending { until: Moment },
    /// Its attempts failed in a row.
    Ejected { until: Moment },
    /// Its health checks failed in a row.
    Down,
    /// The operator, or a reload, sends it nothing new.
    Draining,
}

impl Place {
    /// `eligible`, `pending`, `ejected`, `down` or `draining`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::In { .. } => "eligible",
            Self::Pending { .. } => "pending",
            Self::Ejected { .. } => "ejected",
            Self::Down => "down",
            Self::Draining => "draining",
        }
    }
}

impl Standing {
    pub(super) fn new(health: Health, changes: Arc<Changes>, now: Moment) -> Self {
        Self {
            changes,
            health: AtomicU8::new(health as u8),
            draining: AtomicBool::new(false),
            added: now,
            returned: AtomicU64::new(now.as_micros()),
            failures: AtomicU32::new(0),
            ejections: AtomicU32::new(0),
            ejected_until: AtomicU64::new(0),
            unreached: AtomicBool::new(false),
        }
    }

    /// Where the target is at `now`. Whether anybody asks about its health is the set's to say.
    pub(crate) fn place(&self, now: Moment) -> Place {
        let until = self.ejected_until();
        if self.is_draining() {
            Place::Draining
        } else if self.health() == Health::Down {
            Place::Down
        } else if self.health() == Health::Unknown && now < self.added + FAIL_OPEN {
            Place::Pending { until: self.added + FAIL_OPEN }
        } else if now < until {
            Place::Ejected { until }
        } else {
            Place::In { since: until.max(Moment::from_micros(self.returned.load(Relaxed))) }
        }
    }

    /// The last word of its health checks.
    pub(crate) fn health(&self) -> Health {
        match self.health.load(Relaxed) {
            0 => Health::Unknown,
            1 => Health::Up,
            _ => Health::Down,
        }
    }

    /// Takes the word of a health check.
    pub(crate) fn set_health(&self, health: Health, now: Moment) {
        let before = self.health.swap(health as u8, Relaxed);
        if before == health as u8 {
            return;
        }
        if health == Health::Up {
            self.returned.store(now.as_micros(), Relaxed);
            self.failures.store(0, Relaxed);
            // Good checks in a row are better news than the end of a time out.
            self.ejected_until.fetch_min(now.as_micros(), Relaxed);
        }
        self.changes.raise();
    }

    /// Whether it gets nothing new.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Sends it nothing new, or takes it back.
    pub(crate) fn set_draining(&self, draining: bool, now: Moment) {
        if self.draining.swap(draining, Relaxed) == draining {
            return;
        }
        if !draining {
            self.returned.store(now.as_micros(), Relaxed);
        }
        self.changes.raise();
    }

    /// The end of its last ejection, past or to come.
    pub(crate) fn ejected_until(&self) -> Moment {
        Moment::from_micros(self.ejected_until.load(Relaxed))
    }

    /// Leaves it out until then; `unreached` says that it was for no connection, which a check can disprove.
    pub(crate) fn eject(&self, until: Moment, unreached: bool) {
        self.unreached.store(unreached, Relaxed);
        self.ejected_until.store(until.as_micros(), Relaxed);
        self.changes.raise();
    }

    /// A check was answered: a target that was left out since it could not be reached is taken back.
    pub(crate) fn answered(&self, now: Moment) {
        if self.unreached.swap(false, Relaxed) && now < self.ejected_until() {
            self.ejected_until.fetch_min(now.as_micros(), Relaxed);
            self.changes.raise();
        }
    }
}
