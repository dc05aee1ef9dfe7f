//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::endpoint::Endpoint;
use crate::peer::Peer;

/// Measures velithon beside its peers.
#[derive(Debug, Parser)]
#[command(name = "velithon-load")]
pub(crate) struct Cli {
    /// What to measure.
    pub(crate) mode: Mode,
    /// How often each peer has its turn; the best of its turns counts.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// How long one turn on one endpoint is measured.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Open connections of the closed loop.
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// Requests per endpoint under callgrind.
    #[arg(long, default_value_t = 1000)]
    pub(crate) requests: usize,
    /// Only these peers, parted by commas; velithon is always among them.
    #[arg(long, value_delimiter = ',')]
    pub(crate) peers: Vec<Peer>,
    /// Only these endpoints, parted by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) endpoints: Vec<Endpoint>,
    /// A virtual environment for the two Python peers and orjson, which this adds: it is made where there is none, and
    /// `peers/python/requirements.txt` is installed into it.
    #[arg(long)]
    pub(crate) python: Option<PathBuf>,
    /// A folder with the peers' programs, in place of building them.
    #[arg(long)]
    pub(crate) built: Option<PathBuf>,
    /// Where the figures go as JSON: `<mode>.json` and callgrind's files.
    #[arg(long, default_value = "target/load")]
    pub(crate) out: PathBuf,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// CPU time per request, requests per second, latency and memory, per endpoint.
    Http,
    /// User-space instructions per request, counted by callgrind.
    Instructions,
    /// How a small route fares while 20 MB replies are made.
    Stall,
    /// Resident memory of the smallest service, idle.
    Memory,
    /// Writing and reading JSON beside serde_json, without a network.
    Json,
    /// Reverse proxies: CPU time per request, latency, throughput.
    Gateway,
    /// Resident memory of reverse proxies with ten thousand idle clients.
    Idle,
    /// All but those of proxies.
    All,
}

impl Cli {
    /// How long one turn is measured.
    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.max(0.01))
    }

    /// The peers of this run, velithon first.
    pub(crate) fn chosen(&self) -> Vec<Peer> {
        let wanted = |peer: &Peer| *peer == Peer::Velithon || self.wants(*peer);
        Peer::value_variants().iter().copied().filter(wanted).collect()
    }

    fn wants(&self, peer: Peer) -> bool {
        if self.peers.is_empty() { !peer.is_python() || self.python.is_some() } else { self.peers.contains(&peer) }
    }

    /// The endpoints of this run.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        if self.endpoints.is_empty() { Endpoint::value_variants().to_vec() } else { self.endpoints.clone() }
    }
}
