//! A process that listens.

use std::process::Command;

use serde_json::Value;

use crate::program::Started;
use crate::{Connection, Ended, Log, Reply};

/// A running fixture; its process is killed when this is dropped.
pub struct Service {
    /// Taken when the process is waited for.
    process: Option<Started>,
    address: String,
    report: Value,
}

impl Service {
    #[track_caller]
    pub(crate) fn wait(mut process: Started) -> Self {
        let report = process.stdout.first_line().and_then(|line| serde_json::from_str::<Value>(&line).ok());
        let address = report.as_ref().and_then(|report| report["addresses"][0].as_str().map(str::to_owned));
        let Some(report) = report else {
            let _ = process.child.kill();
            panic!("the service does not listen; it wrote:\n{}{}", process.stdout.text(), process.stderr.text());
        };
        // A worker of tasks listens nowhere.
        Self { process: Some(process), address: address.unwrap_or_default(), report }
    }

    /// The line it wrote when it began to listen.
    pub fn report(&self) -> &Value {
        &self.report
    }

    /// `127.0.0.1:41234`, or the path of its Unix socket.
    pub fn address(&self) -> &str {
        self.address.trim_start_matches("http://").trim_start_matches("unix:")
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.as_ref().expect("the process is there until it is waited for").child.id()
    }

    /// What it has written to standard error.
    pub fn stderr(&self) -> &Log {
        &self.process.as_ref().expect("the process is there until it is waited for").stderr
    }

    /// Opens a connection.
    #[track_caller]
    pub fn connect(&self) -> Connection {
        Connection::open(self.address()).unwrap_or_else(|error| panic!("{}: {error}", self.address))
    }

    /// Whether it still takes connections.
    pub fn accepts(&self) -> bool {
        Connection::open(self.address()).is_ok()
    }

    /// Sends GET and reads the reply, on a connection of its own.
    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[], "")
    }

    /// Sends GET with fields.
    #[track_caller]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", path, headers, "")
    }

    /// Sends POST with a JSON body.
    #[track_caller]
    pub fn post_json(&self, path: &str, body: &str) -> Reply {
        self.request("POST", path, &[("content-type", "application/json")], body)
    }

    /// Sends one request and reads the reply, on a connection of its own.
    #[track_caller]
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
        let mut connection = self.connect();
        connection.request(method, path, headers, body.as_ref());
        connection.reply_to(method)
    }

    /// Sends SIGTERM.
    #[track_caller]
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends SIGHUP, which reads the configuration anew.
    #[track_caller]
    pub fn hang_up(&self) {
        self.signal("HUP");
    }

    /// Sends the signal of this name, without its `SIG`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let id = self.id();
        // The standard library sends SIGKILL only.
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status().expect("there is a shell");
        assert!(sent.success(), "SIG{name} was not sent");
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        let process = self.process.as_mut().expect("the process is there until it is waited for");
        process.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended(mut self) -> Ended {
        Ended::wait(self.process.take().expect("the process is there until it is waited for"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // It may have ended by itself.
        let _ = process.child.kill();
        let _ = process.child.wait();
        drop(process.files);
    }
}
