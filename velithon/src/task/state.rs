//! The states of a task and every move between them, as pure functions.
//!
//! The memory store applies these; the SQL stores say the same in statements, and the conformance suite holds both to it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Where a task stands.
///
/// One that is scheduled is `Queued` with a time to come; one that will be retried is `Queued` with attempts behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It waits for its time and a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It ended well.
    Done,
    /// Somebody called it off.
    Cancelled,
    /// It will not be tried again unless a person asks for it.
    Dead,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Cancelled, Self::Dead];

    /// The name under which stores keep it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }

    /// Whether the task still has something before it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// Why a task is where it is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It failed as often as it may be tried.
    Failed,
    /// It said itself that another attempt is of no use: [`Retry::never`](super::Retry::never).
    Never,
    /// The workers that had it were lost too often.
    Crashed,
    /// Its payload is not what the task takes.
    Undecodable,
    /// No worker that claimed it knows its name.
    Unknown,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Failed, Self::Never, Self::Crashed, Self::Undecodable, Self::Unknown];

    /// The name under which stores keep it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Never => "never",
            Self::Crashed => "crashed",
            Self::Undecodable => "undecodable",
            Self::Unknown => "unknown",
        }
    }
}

/// The text names no state or reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchName(String);

impl fmt::Display for NoSuchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no state or reason of a task", self.0)
    }
}

impl std::error::Error for NoSuchName {}

macro_rules! named {
    ($($of:ty),*) => {$(
        impl fmt::Display for $of {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $of {
            type Err = NoSuchName;

            fn from_str(text: &str) -> Result<Self, NoSuchName> {
                Self::ALL.into_iter().find(|one| one.name() == text).ok_or_else(|| NoSuchName(text.to_owned()))
            }
        }
    )*};
}

named!(TaskState, Reason);

/// What the moves depend on: the row of a task without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: TaskState,
    /// When it may be claimed.
    pub run_at: Timestamp,
    /// Starts so far that count.
    pub attempt: u32,
    /// Starts that may be.
    pub max_attempts: u32,
    /// Workers that were lost with it.
    pub crashes: u32,
    /// How many lost workers make it dead.
    pub max_crashes: u32,
    /// Raised by every claim: tells the present holder from an earlier one.
    pub fence: i64,
    /// Until when the holder has it.
    pub lease_until: Timestamp,
    /// Whether the holder was asked to stop.
    pub cancel_requested: bool,
    /// Why it is where it is.
    pub reason: Option<Reason>,
}

/// How an attempt ended, as far as the moves are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Well.
    Done,
    /// With an error; tried again after this long while attempts are left.
    Failed {
        /// How long until the next attempt.
        retry_in: Duration,
    },
    /// For good.
    Dead(Reason),
    /// Because it was called off.
    Cancelled,
    /// Not at all: no function of that name here. Does not count as an attempt.
    Unknown {
        /// How long until another worker may look at it.
        retry_in: Duration,
    },
}

impl Standing {
    /// Whether a worker may claim it.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == TaskState::Queued && self.run_at <= now
    }

    /// queued → running. The caller has asked [`is_due`](Self::is_due).
    #[must_use]
    pub fn claimed(self, now: Timestamp, lease: Duration) -> Self {
        Self {
            state: TaskState::Running,
            attempt: self.attempt + 1,
            fence: self.fence + 1,
            lease_until: now + lease,
            cancel_requested: false,
            reason: None,
            ..self
        }
    }

    /// Whether whoever holds `fence` still has it.
    pub fn is_held_by(&self, fence: i64) -> bool {
        self.state == TaskState::Running && self.fence == fence
    }

    /// running → done, queued, dead or cancelled.
    #[must_use]
    pub fn ended(self, now: Timestamp, end: End) -> Self {
        let to = |state, reason| Self { state, reason, ..self };
        match end {
            End::Done => to(TaskState::Done, None),
            End::Dead(reason) => to(TaskState::Dead, Some(reason)),
            // Asked to stop, it stopped; it does not come back.
            End::Cancelled | End::Failed { .. } | End::Unknown { .. } if self.cancel_requested => {
                to(TaskState::Cancelled, None)
            }
            End::Cancelled => to(TaskState::Cancelled, None),
            End::Failed { .. } if self.attempt >= self.max_attempts => to(TaskState::Dead, Some(Reason::Failed)),
            End::Failed { retry_in } => Self { run_at: now + retry_in, ..to(TaskState::Queued, None) },
            End::Unknown { retry_in } => Self {
                run_at: now + retry_in,
                attempt: self.attempt.saturating_sub(1),
                ..to(TaskState::Queued, Some(Reason::Unknown))
            },
        }
    }

    /// running → queued or dead: the lease is over, and whoever had it is lost.
    #[must_use]
    pub fn lost(self, now: Timestamp) -> Self {
        let crashes = self.crashes + 1;
        let (state, reason) = if self.cancel_requested {
            (TaskState::Cancelled, None)
        } else if crashes >= self.max_crashes || self.attempt >= self.max_attempts {
            (TaskState::Dead, Some(Reason::Crashed))
        } else {
            (TaskState::Queued, None)
        };
        Self { state, reason, crashes, run_at: now, ..self }
    }

    /// running → queued: the holder gives it back unfinished, and the attempt does not count.
    #[must_use]
    pub fn released(self) -> Self {
        let state = if self.cancel_requested { TaskState::Cancelled } else { TaskState::Queued };
        Self { state, attempt: self.attempt.saturating_sub(1), ..self }
    }

    /// queued → cancelled at once; a running one is asked to stop. Others stay.
    #[must_use]
    pub fn cancelled(self) -> Self {
        match self.state {
            TaskState::Queued => Self { state: TaskState::Cancelled, reason: None, ..self },
            TaskState::Running => Self { cancel_requested: true, ..self },
            _ => self,
        }
    }

    /// dead or cancelled → queued, with every attempt before it. Others stay.
    #[must_use]
    pub fn revived(self, now: Timestamp) -> Self {
        match self.state {
            TaskState::Dead | TaskState::Cancelled => Self {
                state: TaskState::Queued,
                run_at: now,
                attempt: 0,
                crashes: 0,
                cancel_requested: false,
                reason: None,
                ..self
            },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn queued() -> Standing {
        Standing {
            state: TaskState::Queued,
            run_at: NOW,
            attempt: 0,
            max_attempts: 2,
            crashes: 0,
            max_crashes: 3,
            fence: 0,
            lease_until: NOW,
            cancel_requested: false,
            reason: None,
        }
    }

    fn running() -> Standing {
        queued().claimed(NOW, SECOND)
    }

    #[test]
    fn a_claim_counts_an_attempt_and_raises_the_fence() {
        let held = running();
        assert_eq!((held.state, held.attempt, held.fence), (TaskState::Running, 1, 1));
        assert!(held.is_held_by(1) && !held.is_held_by(0));
    }

    #[test]
    fn a_task_that_failed_as_often_as_it_may_is_dead() {
        let again = running().ended(NOW, End::Failed { retry_in: SECOND });
        assert_eq!((again.state, again.run_at), (TaskState::Queued, NOW + SECOND));
        let dead = again.claimed(NOW, SECOND).ended(NOW, End::Failed { retry_in: SECOND });
        assert_eq!((dead.state, dead.reason), (TaskState::Dead, Some(Reason::Failed)));
    }

    #[test]
    fn the_third_lost_worker_makes_it_dead_whatever_retries_says() {
        let mut task = Standing { max_attempts: 21, ..queued() };
        for lost in 1..=3 {
            task = task.claimed(NOW, SECOND).lost(NOW);
            assert_eq!(task.crashes, lost);
        }
        assert_eq!((task.state, task.reason), (TaskState::Dead, Some(Reason::Crashed)));
    }

    #[test]
    fn what_is_given_back_has_not_been_tried() {
        let back = running().released();
        assert_eq!((back.state, back.attempt, back.fence), (TaskState::Queued, 0, 1));
    }

    #[test]
    fn a_running_task_is_asked_to_stop_and_does_not_come_back() {
        let asked = running().cancelled();
        assert_eq!((asked.state, asked.cancel_requested), (TaskState::Running, true));
        for stopped in [asked.ended(NOW, End::Failed { retry_in: SECOND }), asked.lost(NOW), asked.released()] {
            assert_eq!(stopped.state, TaskState::Cancelled);
        }
        assert_eq!(asked.ended(NOW, End::Done).state, TaskState::Done);
    }

    #[test]
    fn an_unknown_name_is_no_attempt() {
        let back = running().ended(NOW, End::Unknown { retry_in: SECOND });
        assert_eq!((back.state, back.attempt, back.reason), (TaskState::Queued, 0, Some(Reason::Unknown)));
    }

    #[test]
    fn a_revived_task_has_every_attempt_before_it() {
        let dead = running().ended(NOW, End::Dead(Reason::Never));
        let again = dead.revived(NOW + SECOND);
        assert_eq!((again.state, again.attempt, again.crashes, again.reason), (TaskState::Queued, 0, 0, None));
        assert_eq!(running().revived(NOW), running());
    }

    #[test]
    fn names_are_read_back() {
        for state in TaskState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        for reason in Reason::ALL {
            assert_eq!(reason.name().parse(), Ok(reason));
        }
        assert!("lost".parse::<TaskState>().is_err());
    }
}
