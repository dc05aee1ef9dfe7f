//! Why an application did not start or did not end well: what `main` prints and exits with.

use std::fmt;

use super::server::Summary;
use crate::fault::Fault;

/// An application that could not be served to its end.
#[derive(Debug)]
pub enum Failure {
    /// The plan or the configuration is wrong: nothing was bound and no provider built. Exit code 2.
    Plan(Vec<Fault>),
    /// A provider failed, or the address was not to be had. Exit code 1.
    Start(Fault),
    /// Something was still unfinished when the grace period was over. Exit code 1.
    Cut(Summary),
}

impl Failure {
    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Plan(_) => 2,
            Self::Start(_) | Self::Cut(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    /// Every fault in rustc's style, then how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(faults) => {
                for fault in faults {
                    write!(f, "{fault}\n\n")?;
                }
                let count = faults.len();
                let s = if count == 1 { "" } else { "s" };
                write!(f, "error: the application cannot start because of {count} fault{s}; nothing was bound or built")
            }
            Self::Start(fault) => fault.fmt(f),
            Self::Cut(summary) => write!(f, "error: the grace period was over before everything had ended: {summary}"),
        }
    }
}

impl std::error::Error for Failure {}
