//! The Python side: Celery's own worker and producer.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::Broker;

/// Where `test.sh` installs Celery.
pub fn interpreter() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let python = target.join("celery/bin/python");
    assert!(
        python.exists(),
        "{} is missing; help: run ./test.sh, or `python3 -m venv target/celery && target/celery/bin/pip install 'celery[redis]'`",
        python.display()
    );
    python
}

/// A script of `python/`, told where everything is.
pub fn script(broker: &Broker, name: &str) -> Command {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python");
    let mut command = Command::new(interpreter());
    command.arg(name).current_dir(folder).env("BROKER", &broker.url).env("RESULTS", &broker.results);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A worker of Celery's with one process that runs tasks.
pub struct Worker(Child);

impl Worker {
    pub fn start(broker: &Broker) -> Self {
        let mut command = script(broker, "-m");
        command.args(["celery", "-A", "app", "worker", "--concurrency", "1", "--loglevel", "WARNING"]);
        command.args(["--without-gossip", "--without-mingle"]);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.process_group(0).spawn().expect("Python"))
    }

    /// Kills it and its children as a crash would.
    pub fn kill(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}
