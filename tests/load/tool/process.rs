//! A started peer: where it listens, how much CPU time it has had, and how much memory it holds.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::Result;
use crate::cores::pin;

/// How long a server may take until it accepts; under valgrind it takes a while.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that accepts connections; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    clock: ClockId,
    /// Those of the processes it has started itself, which do the work of some servers.
    workers: Vec<(Pid, ClockId)>,
}

impl Server {
    /// Starts `command` on `cores` and waits until it accepts.
    ///
    /// The threads it starts see only these cores, so that each framework sizes its pool by its own rule.
    pub(crate) fn start(command: &[PathBuf], cores: &[usize], rest: &[usize]) -> Result<Self> {
        Self::start_with(command, &[], cores, rest)
    }

    /// The same with further environment variables.
    pub(crate) fn start_with(
        command: &[PathBuf],
        environment: &[(&str, &str)],
        cores: &[usize],
        rest: &[usize],
    ) -> Result<Self> {
        Self::start_at(free_address()?, command, environment, cores, rest)
    }

    /// The same on a port that was chosen before, since a configuration file names it.
    pub(crate) fn start_at(
        address: SocketAddr,
        command: &[PathBuf],
        environment: &[(&str, &str)],
        cores: &[usize],
        rest: &[usize],
    ) -> Result<Self> {
        let (program, arguments) = command.split_first().ok_or("no program")?;
        let port = address.port().to_string();
        pin(cores)?;
        let child = Command::new(program)
            .args(arguments)
            .env("PORT", &port)
            .env("VELITHON_SERVER__PORT", &port)
            .envs(environment.iter().copied())
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        pin(rest)?;
        let child = child.map_err(|error| format!("{}: {error}", program.display()))?;
        let clock = clock_getcpuclockid(pid(&child))?;
        let mut server = Self { child, address, clock, workers: Vec::new() };
        server.wait_until_it_accepts(program)?;
        server.workers = workers(server.pid())?;
        Ok(server)
    }

    fn wait_until_it_accepts(&mut self, program: &std::path::Path) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{} ended with {status}", program.display()).into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{} does not accept connections", program.display()).into());
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// User and system time of all its threads so far, by the kernel's own account.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut sum = Duration::from(self.clock.now()?);
        for (_, clock) in &self.workers {
            sum += Duration::from(clock.now()?);
        }
        Ok(sum)
    }

    /// Bytes it holds in memory: `VmRSS`.
    pub(crate) fn resident(&self) -> Result<u64> {
        let workers = self.workers.iter().map(|(worker, _)| worker.as_raw().cast_unsigned());
        workers.chain([self.pid()]).map(resident).sum()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        kill(pid(&self.child), Signal::SIGTERM)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(10) {
                self.child.kill()?;
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Their parent would have no time to end them.
        for (worker, _) in workers(self.pid()).unwrap_or_default() {
            let _ = kill(worker, Signal::SIGKILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes that a process has started, with their clocks.
fn workers(parent: u32) -> Result<Vec<(Pid, ClockId)>> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    let worker = |text: &str| {
        let pid = Pid::from_raw(text.parse()?);
        Ok((pid, clock_getcpuclockid(pid)?))
    };
    children.split_whitespace().map(worker).collect()
}

fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
    let kibibytes: u64 = kibibytes.ok_or("the kernel tells no VmRSS")?.trim().parse()?;
    Ok(kibibytes * 1024)
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// A port nobody listens on at the moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
