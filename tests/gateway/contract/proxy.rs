//! A proxy as a process: its configuration with the ports filled in, started until it listens, killed at the end.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Result, folder};
use crate::PATIENCE;
use crate::gateway::folder::Folder;
use crate::gateway::ports::free_port;

/// Who is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    /// velithon, as `tests/apps/gateway.rs`.
    Velithon,
    /// nginx, Debian's.
    Nginx,
    /// HAProxy, Debian's.
    Haproxy,
}

impl Proxy {
    /// All of them, velithon first.
    pub const ALL: [Self; 3] = [Self::Velithon, Self::Nginx, Self::Haproxy];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Velithon => "velithon",
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Velithon => "velithon.toml",
            Self::Nginx => "nginx.conf",
            Self::Haproxy => "haproxy.cfg",
        }
    }

    fn command(self, velithon: &Path, configuration: &Path) -> Command {
        match self {
            Self::Velithon => {
                let mut command = Command::new(velithon);
                command.env_clear().env("VELITHON_CONFIG", configuration);
                command
            }
            Self::Nginx => {
                let mut command = Command::new("nginx");
                command.arg("-c").arg(configuration);
                command
            }
            Self::Haproxy => {
                let mut command = Command::new("haproxy");
                command.arg("-db").arg("-f").arg(configuration);
                command
            }
        }
    }
}

/// A started proxy.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    folder: Folder,
    /// Where it takes HTTP/1, and HTTP/2 without TLS; nginx has a port for each.
    pub(super) port: u16,
    pub(super) h2_port: u16,
    /// Where its upstreams will listen.
    pub(super) upstreams: [u16; 3],
}

impl Running {
    /// Starts `proxy` in this configuration; nothing when it has none of that name.
    pub(super) fn start(proxy: Proxy, configuration: &str, velithon: &Path) -> Result<Option<Self>> {
        let template = folder("configurations").join(configuration).join(proxy.file());
        if !template.exists() {
            return Ok(None);
        }
        let place = Folder::new(&format!("{}-{configuration}", proxy.name()))?;
        let ports = [free_port(), free_port(), free_port(), free_port(), free_port()];
        let text = fill(&fs::read_to_string(&template)?, ports, place.path());
        let written = place.path().join(proxy.file());
        fs::write(&written, text)?;
        let output = File::create(place.path().join("output"))?;
        let child = proxy
            .command(velithon, &written)
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| format!("{}: {error}", proxy.name()))?;
        let [port, own_h2, u1, u2, u3] = ports;
        let h2_port = if proxy == Proxy::Nginx { own_h2 } else { port };
        let mut running = Self { child, folder: place, port, h2_port, upstreams: [u1, u2, u3] };
        running.wait_until_it_accepts(proxy)?;
        Ok(Some(running))
    }

    /// What it wrote, for the message of a failed script.
    pub(super) fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }

    /// velithon is waited for by its own word; the others write none.
    fn wait_until_it_accepts(&mut self, proxy: Proxy) -> Result<()> {
        let (begun, address) = (Instant::now(), SocketAddr::from(([127, 0, 0, 1], self.port)));
        let said = |text: &str| proxy != Proxy::Velithon || text.contains("\"listening\"");
        while !said(&self.output()) || TcpStream::connect(address).is_err() {
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                return Err(format!("the proxy does not start:\n{}", self.output()).into());
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts ports and folder where the template names them.
fn fill(template: &str, ports: [u16; 5], folder: &Path) -> String {
    let names = ["@port@", "@h2_port@", "@u1@", "@u2@", "@u3@"];
    let named = names.iter().zip(ports);
    let text = named.fold(template.to_owned(), |text, (name, port)| text.replace(name, &port.to_string()));
    let root: PathBuf = folder.into();
    text.replace("@folder@", &root.to_string_lossy())
}
