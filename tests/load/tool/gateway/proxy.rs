//! Who takes part, and how each is started: as its own guide says, with one thread and connections that are kept.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::build::Programs;
use crate::cores::{Cores, pin};
use crate::process::{Server, free_address};

/// One proxy, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// Straight at the upstream.
    Direct,
    /// The example `proxy`: everything that is on by itself, and health checks.
    Velithon,
    /// nginx of the system.
    Nginx,
    /// HAProxy of the system.
    Haproxy,
    /// Pingora.
    Pingora,
    /// axum-reverse-proxy: hyper-util's client behind axum.
    HyperUtil,
}

impl Proxy {
    pub(crate) const ALL: [Self; 6] =
        [Self::Direct, Self::Velithon, Self::Nginx, Self::Haproxy, Self::Pingora, Self::HyperUtil];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Velithon => "velithon",
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Pingora => "pingora",
            Self::HyperUtil => "axum-reverse-proxy",
        }
    }

    /// Starts it on `cores`.
    pub(crate) fn start(
        self,
        programs: &Programs,
        origin: SocketAddr,
        cores: &[usize],
        rest: &[usize],
    ) -> Result<Server> {
        let address = free_address()?;
        let targets = format!("[\"http://{origin}\"]");
        let environment = [
            ("ORIGIN", origin.to_string()),
            ("VELITHON_UPSTREAM__ORIGIN__TARGETS", targets),
            ("VELITHON_UPSTREAM__ORIGIN__HEALTH", "/health".to_owned()),
            // Idle clients are to stay for as long as they are counted; the others are told the same.
            ("VELITHON_SERVER__KEEP_ALIVE", "10m".to_owned()),
        ];
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let command = self.command(programs, address, origin)?;
        Server::start_at(address, &command, &environment, cores, rest).map_err(|error| match self {
            Self::Nginx | Self::Haproxy => {
                format!("{error}; it comes with the Debian package `{}`", self.name()).into()
            }
            _ => error,
        })
    }

    fn command(self, programs: &Programs, address: SocketAddr, origin: SocketAddr) -> Result<Vec<PathBuf>> {
        Ok(match self {
            Self::Direct => vec![programs.example("gateway-origin")],
            Self::Velithon => vec![programs.example("proxy")],
            Self::Nginx => {
                let file = configuration("nginx.conf", address, origin)?;
                vec!["nginx".into(), "-e".into(), "stderr".into(), "-c".into(), file]
            }
            Self::Haproxy => {
                vec!["haproxy".into(), "-q".into(), "-f".into(), configuration("haproxy.cfg", address, origin)?]
            }
            Self::Pingora => vec![programs.example("gateway-pingora")],
            Self::HyperUtil => vec![programs.example("gateway-axum-reverse-proxy")],
        })
    }
}

/// A copy of the configuration in `gateway/` with the ports of this run.
fn configuration(name: &str, address: SocketAddr, origin: SocketAddr) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("velithon-load-{}", address.port()));
    fs::create_dir_all(&folder)?;
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway").join(name);
    let text = fs::read_to_string(template)?
        .replace("@port@", &address.port().to_string())
        .replace("@origin@", &origin.port().to_string())
        .replace("@folder@", &folder.display().to_string());
    let file = folder.join(name);
    fs::write(&file, text)?;
    Ok(file)
}

/// The upstream and every proxy before it, running.
#[derive(Debug)]
pub(crate) struct Proxies {
    /// In the order of [`Proxy::ALL`]; the first is the upstream itself.
    servers: Vec<Server>,
}

impl Proxies {
    /// The proxies on one core, the load and the upstream on another.
    pub(crate) fn start(programs: &Programs) -> Result<Self> {
        let cores = Cores::of_this_process()?;
        pin(cores.load())?;
        let nobody = SocketAddr::from(([127, 0, 0, 1], 0));
        let origin = Proxy::Direct.start(programs, nobody, cores.load(), cores.load())?;
        let address = origin.address();
        let mut servers = vec![origin];
        for proxy in &Proxy::ALL[1..] {
            servers.push(proxy.start(programs, address, cores.server(), cores.load())?);
        }
        Ok(Self { servers })
    }

    pub(crate) fn all(&self) -> &'static [Proxy] {
        &Proxy::ALL
    }

    pub(crate) fn server(&self, proxy: Proxy) -> &Server {
        let number = Proxy::ALL.iter().position(|other| *other == proxy).unwrap_or_default();
        &self.servers[number]
    }
}
