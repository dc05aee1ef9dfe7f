//! How urgent a task is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How urgent a task is beside others of its queue.
///
/// A waiting task rises one level each minute ([`AGEING`](Self::AGEING)), so `Low` waits at most three minutes behind
/// an unbroken stream of `Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskPriority {
    /// Before all others.
    Critical,
    /// Before what is usual.
    High,
    /// What is usual.
    #[default]
    Normal,
    /// When nothing else waits.
    Low,
}

impl TaskPriority {
    /// From the most to the least urgent.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

    /// How long a task waits until it counts as one level more urgent.
    pub const AGEING: std::time::Duration = std::time::Duration::from_secs(60);

    /// 0 for [`Critical`](Self::Critical) to 3 for [`Low`](Self::Low), as stores keep it.
    pub const fn level(self) -> u8 {
        self as u8
    }

    /// The priority of a level; what is none is [`Normal`](Self::Normal).
    pub const fn from_level(level: i64) -> Self {
        match level {
            0 => Self::Critical,
            1 => Self::High,
            3 => Self::Low,
            _ => Self::Normal,
        }
    }

    /// `critical`, `high`, `normal`, `low`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for TaskPriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPriority(String);

impl fmt::Display for NoPriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no priority; write critical, high, normal or low", self.0)
    }
}

impl std::error::Error for NoPriority {}

impl FromStr for TaskPriority {
    type Err = NoPriority;

    fn from_str(text: &str) -> Result<Self, NoPriority> {
        Self::ALL.into_iter().find(|one| one.name() == text).ok_or_else(|| NoPriority(text.to_owned()))
    }
}
