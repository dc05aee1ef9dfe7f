//! A PostgreSQL server of its own, in a temporary folder on a free loopback port.
//!
//! Only the standard library is used here: the unit tests of velithon include this file as well.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the server of a folder and ends it when the input ends, however the test did; `$1` is the folder, `$2` the
/// port, `$3` the signal: QUIT stops at once, as a power cut would.
const KEEPER: &str = r#"
postgres -D "$1/data" -p "$2" -h 127.0.0.1 -k "$1" -c fsync="${4:-off}" -c max_connections=200 >>"$1/log" 2>&1 </dev/null &
server=$!
echo "$server"
while read -r _; do :; done
kill -s "$3" "$server"
wait "$server"
"#;

/// A server that runs while this is held.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    keeper: Option<Child>,
    durable: bool,
}

impl Postgres {
    /// A server that is fast, and loses what it has when the machine does.
    pub fn start() -> Self {
        Self::with(false)
    }

    /// A server that waits for the disk.
    pub fn durable() -> Self {
        Self::with(true)
    }

    fn with(durable: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let folder = std::env::temp_dir().join(format!("velithon-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        let mut postgres = Self { folder, port, keeper: None, durable };
        postgres.init();
        postgres.resume();
        postgres
    }

    fn init(&self) {
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&self.folder).status().expect("chown");
            assert!(owned.success(), "there is a user `postgres`: the Debian package makes it");
        }
        let made = as_user("initdb")
            .args(["-A", "trust", "-U", "velithon", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(self.folder.join("data"))
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb of the Debian package postgresql").success());
    }

    /// Starts it, again after [`stop`](Self::stop), on the same port.
    pub fn resume(&mut self) {
        let fsync = if self.durable { "on" } else { "off" };
        let mut keeper = as_user("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .args([&self.port.to_string(), "QUIT", fsync])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut first = [0];
        keeper.stdout.as_mut().expect("it is piped").read_exact(&mut first).expect("the process id of the server");
        self.keeper = Some(keeper);
        self.wait();
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while !self.ready() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PostgreSQL does not start:\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn ready(&self) -> bool {
        let port = self.port.to_string();
        let asked = Command::new(program("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
        asked.is_ok_and(|status| status.success())
    }

    /// Stops it at once, without a word to its clients and without writing what it has in memory.
    pub fn stop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }

    /// Where a database of it is; `postgres` is there from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://velithon@127.0.0.1:{}/{database}", self.port)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// The server refuses to run as root.
fn as_user(name: &str) -> Command {
    let program = program(name);
    if !is_root() {
        let mut command = Command::new(&program);
        command.env("PATH", path());
        return command;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program).env("PATH", path());
    command.current_dir("/");
    command
}

/// The newest of what Debian keeps in a folder for each version, or what the path has.
fn program(name: &str) -> PathBuf {
    folders().into_iter().map(|folder| folder.join(name)).find(|program| program.exists()).unwrap_or_else(|| name.into())
}

fn folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}

fn path() -> std::ffi::OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let all = folders().into_iter().chain(std::env::split_paths(&own));
    std::env::join_paths(all).expect("no folder of the path has a colon in its name")
}
