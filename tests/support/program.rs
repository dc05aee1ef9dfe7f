//! A fixture program that has not been started yet.

use std::process::{Child, Command, Stdio};

use crate::{Ended, Log, Scratch, Service};

/// A binary of `tests/apps` with its arguments, environment and configuration.
///
/// It sees nothing of the test's own environment, and works in a folder without a velithon.toml.
#[derive(Debug)]
pub struct Program {
    command: Command,
    files: Vec<Scratch>,
}

/// A started process with its output.
pub(crate) struct Started {
    pub(crate) child: Child,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    /// Kept until the process has ended.
    pub(crate) files: Vec<Scratch>,
}

impl Program {
    /// The binary at `path`, as `env!("CARGO_BIN_EXE_routes")` names it; any free port.
    pub fn new(path: &str) -> Self {
        Self::of(Command::new(path))
    }

    /// The same with a command that becomes the binary in the end.
    pub fn of(mut command: Command) -> Self {
        command.env_clear().current_dir(std::env::temp_dir());
        command.env("VELITHON_SERVER__PORT", "0").env("VELITHON_SERVER__THREADS", "2");
        Self { command, files: Vec::new() }
    }

    /// Adds arguments, parted at spaces.
    #[must_use]
    pub fn args(mut self, arguments: &str) -> Self {
        self.command.args(arguments.split_whitespace());
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    /// Gives it a velithon.toml with this text.
    #[must_use]
    pub fn toml(mut self, text: &str) -> Self {
        let file = Scratch::file("toml", text);
        self.command.env("VELITHON_CONFIG", file.name());
        self.files.push(file);
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it does not end by itself.
    #[track_caller]
    pub fn run(self) -> Ended {
        Ended::wait(self.spawn())
    }

    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// When it ends instead; the message holds what it wrote.
    #[track_caller]
    pub fn start(self) -> Service {
        Service::wait(self.spawn())
    }

    #[track_caller]
    fn spawn(mut self) -> Started {
        let pipes = self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.command.get_program()));
        let stdout = Log::of(child.stdout.take().expect("it is piped"));
        let stderr = Log::of(child.stderr.take().expect("it is piped"));
        Started { child, stdout, stderr, files: self.files }
    }
}
