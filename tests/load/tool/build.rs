//! Builds the peers this run needs, with the profile this tool was built with in mind: release; and installs those in
//! Python into the environment it is given.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::cli::{Cli, Mode};
use crate::peer::Peer;

/// Where the programs of the peers are.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    python: Option<PathBuf>,
}

impl Programs {
    /// The command that starts a peer.
    pub(crate) fn command(&self, peer: Peer) -> Result<Vec<PathBuf>> {
        if !peer.is_python() {
            return Ok(vec![self.folder.join(peer.program())]);
        }
        let python = self.python.as_ref().ok_or_else(|| format!("{} needs --python", peer.name()))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("peers/python/{}.py", peer.name()));
        Ok(vec![python.join("bin/python"), script])
    }

    /// The program of an example.
    pub(crate) fn example(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Builds what the run needs, unless it was told where that is.
pub(crate) fn programs(cli: &Cli) -> Result<Programs> {
    let folder = match &cli.built {
        Some(folder) => std::path::absolute(folder)?,
        None => build(cli)?,
    };
    Ok(Programs { folder, python: python(cli)? })
}

/// The virtual environment of the run, if it is given one.
pub(crate) fn python(cli: &Cli) -> Result<Option<PathBuf>> {
    cli.python.as_deref().map(environment).transpose()
}

/// The virtual environment of the Python peers, made where there is none, with what they need in the versions they name.
fn environment(folder: &Path) -> Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    let python = folder.join("bin/python");
    if !python.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(&folder), "a virtual environment cannot be made")?;
    }
    let needs = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/python/requirements.txt");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(needs);
    finish(&mut pip, "the Python peers cannot be installed")?;
    Ok(folder)
}

fn build(cli: &Cli) -> Result<PathBuf> {
    if matches!(cli.mode, Mode::Gateway | Mode::Idle) {
        return proxies();
    }
    let peers: Vec<Peer> = cli.chosen().into_iter().filter(|peer| !peer.is_python()).collect();
    let mut cargo = cargo();
    cargo.args(["-p", "velithon-load"]);
    if peers.iter().any(|peer| peer.is_heavy()) {
        cargo.args(["--features", "peers"]);
    }
    for peer in peers {
        cargo.args(["--bin", &peer.program()]);
    }
    cargo.args(["--bin", "hello-axum"]);
    finish(&mut cargo, NOT_BUILT)?;
    if matches!(cli.mode, Mode::Memory | Mode::All) {
        // By itself: built together with the tool it would get the features of the tool's dependencies.
        let mut cargo = self::cargo();
        cargo.args(["-p", "hello"]);
        finish(&mut cargo, NOT_BUILT)?;
    }
    folder()
}

/// The proxies that are no Debian packages, and their upstream.
fn proxies() -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo.args(["-p", "velithon-load", "--features", "proxies", "--bin", "gateway-origin"]);
    cargo.args(["--bin", "gateway-pingora", "--bin", "gateway-axum-reverse-proxy"]);
    finish(&mut cargo, NOT_BUILT)?;
    let mut cargo = self::cargo();
    cargo.args(["-p", "proxy"]);
    finish(&mut cargo, NOT_BUILT)?;
    folder()
}

/// Where cargo puts what it builds.
fn folder() -> Result<PathBuf> {
    let tool = std::env::current_exe()?;
    let target = tool.parent().and_then(Path::parent).ok_or("this program is in no target folder")?;
    Ok(target.join("release"))
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--release"]);
    cargo
}

const NOT_BUILT: &str = "the peers cannot be built";

fn finish(command: &mut Command, otherwise: &str) -> Result<()> {
    if command.status()?.success() { Ok(()) } else { Err(otherwise.into()) }
}
