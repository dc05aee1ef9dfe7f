//! Runs the scripts of `vtc/` against velithon, nginx and HAProxy, and says who keeps which sentence of the contract.
//!
//! Each proxy is started once per configuration (`configurations/<name>/`), with upstream ports that are chosen before
//! anything listens on them; a script is told them as `${u1}`, `${u2}`, and the proxy's address as `${proxy}`. Only
//! velithon's failures are faults: the others are there to show what is custom.

mod numbers;
mod proxy;
mod report;
mod run;
mod script;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

pub use numbers::{IN_RUST, SECOND_RELEASE, missing};
pub use proxy::Proxy;
pub use report::Report;
pub use run::Verdict;
pub use script::Script;

use proxy::Running;
use report::Row;

/// What can go wrong apart from the assertions ends a run with its text.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What is run.
#[derive(Debug)]
pub struct Suite {
    /// The program `gateway` of `tests/apps`.
    pub velithon: PathBuf,
    /// Against whom; velithon first.
    pub proxies: Vec<Proxy>,
    /// Only scripts whose file name begins with one of these; all when there is none.
    pub only: Vec<String>,
}

impl Suite {
    /// Runs every script against every proxy.
    ///
    /// # Errors
    /// When a script cannot be read. A proxy that does not start fails its scripts instead.
    pub fn run(&self) -> Result<Report> {
        let scripts: Vec<Script> = Script::all(&folder("vtc"))?.into_iter().filter(|one| self.wants(one)).collect();
        let mut configurations: Vec<&str> = scripts.iter().map(|script| script.configuration.as_str()).collect();
        configurations.sort_unstable();
        configurations.dedup();
        let verdicts = self.proxies.iter().map(|proxy| self.verdicts(*proxy, &configurations, &scripts));
        let verdicts: Vec<Vec<Verdict>> = verdicts.collect();
        let rows = scripts.into_iter().enumerate().map(|(number, script)| {
            let of = |lane: &Vec<Verdict>| lane.get(number).cloned().unwrap_or(Verdict::NotOffered);
            Row { script, verdicts: verdicts.iter().map(of).collect() }
        });
        Ok(Report { proxies: self.proxies.clone(), rows: rows.collect() })
    }

    fn wants(&self, script: &Script) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| script.file_name().starts_with(name.as_str()))
    }

    /// All scripts against one proxy: its configurations side by side, each with its scripts one after another.
    fn verdicts(&self, proxy: Proxy, configurations: &[&str], scripts: &[Script]) -> Vec<Verdict> {
        let verdicts = Mutex::new(vec![Verdict::NotOffered; scripts.len()]);
        thread::scope(|scope| {
            for configuration in configurations {
                let own = scripts.iter().enumerate().filter(|(_, script)| script.configuration == *configuration);
                let verdicts = &verdicts;
                scope.spawn(move || {
                    let running = Running::start(proxy, configuration, &self.velithon);
                    for (number, script) in own {
                        let verdict = verdict(script, &running);
                        verdicts.lock().unwrap_or_else(PoisonError::into_inner)[number] = verdict;
                    }
                });
            }
        });
        verdicts.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

fn verdict(script: &Script, running: &Result<Option<Running>>) -> Verdict {
    match running {
        Ok(Some(running)) => run::run(script, running),
        Ok(None) => Verdict::NotOffered,
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

/// A folder beside this file.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway").join(name)
}
