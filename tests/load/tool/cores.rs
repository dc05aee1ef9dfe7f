//! Which cores serve and which make the load.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::Result;

/// The cores of this machine, shared out.
#[derive(Debug, Clone)]
pub(crate) struct Cores {
    all: Vec<usize>,
}

impl Cores {
    /// The cores this process may use.
    pub(crate) fn of_this_process() -> Result<Self> {
        let allowed = sched_getaffinity(Pid::from_raw(0))?;
        let all: Vec<usize> = (0..CpuSet::count()).filter(|core| allowed.is_set(*core).unwrap_or(false)).collect();
        if all.len() < 2 {
            eprintln!("one core only: server and load share it, so only the CPU time per request means anything");
        }
        Ok(Self { all })
    }

    /// One core for the server.
    pub(crate) fn server(&self) -> &[usize] {
        &self.all[..1]
    }

    /// One core for the load: another one, when there is one.
    pub(crate) fn load(&self) -> &[usize] {
        &self.all[self.all.len() - 1..]
    }

    /// Every core.
    pub(crate) fn all(&self) -> &[usize] {
        &self.all
    }
}

/// Puts this thread on `cores`, and whatever process it starts from now on.
pub(crate) fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}
