//! Redis and RabbitMQ, each on free ports, in a folder of its own; they end when they are dropped.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A port that nobody has now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("velithon-celery-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    folder
}

/// Waits until somebody listens.
fn wait_for(port: u16, who: &str) {
    let end = Instant::now() + Duration::from_secs(180);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "{who} does not listen");
        sleep(Duration::from_millis(20));
    }
}

/// A Redis that writes every command to its disk before it answers.
pub struct Redis {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Redis {
    pub fn start() -> Self {
        let (folder, port) = (folder("redis"), free_port());
        let child = Self::child(&folder, port);
        Self { child, folder, port }
    }

    fn child(folder: &PathBuf, port: u16) -> Child {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server; help: apt-get install redis-server");
        wait_for(port, "redis-server");
        child
    }

    pub fn url(&self, database: u8) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }

    /// Kills it as a crash would, and starts it again over what it has on its disk.
    pub fn restart(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.child = Self::child(&self.folder, self.port);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A node of RabbitMQ with a port mapper of its own.
pub struct Rabbit {
    child: Child,
    mapper: Child,
    folder: PathBuf,
    port: u16,
}

impl Rabbit {
    pub fn start() -> Self {
        let folder = folder("rabbit");
        let [port, distribution, mapper_port] = [free_port(), free_port(), free_port()].map(|port| port.to_string());
        std::fs::write(folder.join("plugins"), "[].").expect("a file");
        std::fs::write(folder.join("env"), "").expect("a file");
        let mapper = Command::new("epmd")
            .args(["-address", "127.0.0.1", "-port", &mapper_port])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("epmd, which comes with rabbitmq-server");
        let home = |name: &str| folder.join(name).into_os_string();
        let child = Command::new("/usr/lib/rabbitmq/bin/rabbitmq-server")
            .env("HOME", &folder)
            .env("RABBITMQ_NODENAME", format!("velithon{}@localhost", std::process::id()))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", &port)
            .env("RABBITMQ_DIST_PORT", distribution)
            .env("ERL_EPMD_PORT", mapper_port)
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_MNESIA_BASE", home("data"))
            .env("RABBITMQ_LOG_BASE", home("log"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", home("plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", home("env"))
            .env("RABBITMQ_CONFIG_FILE", home("none"))
            .stdout(Stdio::null())
            // Its shell starts the virtual machine as a child, so the group is what ends.
            .process_group(0)
            .spawn()
            .expect("rabbitmq-server; help: apt-get install rabbitmq-server");
        let port = port.parse().expect("a number");
        wait_for(port, "rabbitmq-server");
        Self { child, mapper, folder, port }
    }

    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
        let _ = self.mapper.kill();
        let _ = self.mapper.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
