//! CPU time per request, requests per second, latency and memory of every peer on every endpoint.
//!
//! All servers run throughout; one at a time has work. A round gives each its turn on each endpoint, and the next round
//! begins with another, so that a slow moment of the machine does not always meet the same one.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::closed::Closed;
use crate::cores::{Cores, pin};
use crate::endpoint::Endpoint;
use crate::peer::Peer;
use crate::process::Server;
use crate::same;
use crate::table::{Table, write};

/// The best of a peer's turns on one endpoint: each figure for itself.
#[derive(Debug, Clone, Copy)]
struct Best {
    cpu: Duration,
    per_second: f64,
    p50: Duration,
    p99: Duration,
    resident: u64,
}

impl Best {
    const NOTHING: Self =
        Self { cpu: Duration::MAX, per_second: 0.0, p50: Duration::MAX, p99: Duration::MAX, resident: 0 };

    fn with(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            per_second: self.per_second.max(other.per_second),
            p50: self.p50.min(other.p50),
            p99: self.p99.min(other.p99),
            resident: self.resident.max(other.resident),
        }
    }
}

pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    let (servers, endpoints) = (start(cli, programs)?, cli.endpoints());
    same::check(&servers, &endpoints)?;
    let mut best = vec![vec![Best::NOTHING; servers.len()]; endpoints.len()];
    for round in 0..cli.rounds {
        for (endpoint, best) in endpoints.iter().zip(&mut best) {
            for turn in 0..servers.len() {
                let number = (round + turn) % servers.len();
                let measured = measure(cli, &servers[number].1, *endpoint)?;
                best[number] = best[number].with(measured);
            }
        }
    }
    let peers: Vec<Peer> = servers.iter().map(|(peer, _)| *peer).collect();
    for (endpoint, best) in endpoints.iter().zip(&best) {
        print(*endpoint, &peers, best);
    }
    let figures = endpoints.iter().zip(&best).map(|(endpoint, best)| figures(*endpoint, &peers, best));
    write(&cli.out, "http", &Value::Array(figures.collect()))
}

fn start(cli: &Cli, programs: &Programs) -> Result<Vec<(Peer, Server)>> {
    let cores = Cores::of_this_process()?;
    pin(cores.load())?;
    let start = |peer: Peer| {
        let server = Server::start(&programs.command(peer)?, cores.server(), cores.load())?;
        Ok((peer, server))
    };
    cli.chosen().into_iter().map(start).collect()
}

/// One turn: a tenth of it to warm up, then what the server's clock says about the rest.
fn measure(cli: &Cli, server: &Server, endpoint: Endpoint) -> Result<Best> {
    let mut load = Closed::open(server.address(), endpoint.request(), cli.connections)?;
    load.run(cli.turn() / 10)?;
    let before = server.cpu()?;
    let mut turn = load.run(cli.turn())?;
    // The last requests of the loop are in both or in neither, but for those under way at the end.
    let cpu = (server.cpu()? - before).div_f64((turn.requests + cli.connections as u64) as f64);
    Ok(Best {
        cpu,
        per_second: turn.per_second(),
        p50: turn.quantile(0.5),
        p99: turn.quantile(0.99),
        resident: server.resident()?,
    })
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn print(endpoint: Endpoint, peers: &[Peer], best: &[Best]) {
    let (method, path) = endpoint.line();
    let ours = best[0];
    let mut table = Table::new(&["", "CPU us/request", "velithon is", "requests/s", "p50 us", "p99 us", "RSS MiB"]);
    for (peer, best) in peers.iter().zip(best) {
        table.row(vec![
            peer.name().to_owned(),
            format!("{:.2}", micros(best.cpu)),
            format!("{:.2} x", ours.cpu.as_secs_f64() / best.cpu.as_secs_f64()),
            format!("{:.0}", best.per_second),
            format!("{:.0}", micros(best.p50)),
            format!("{:.0}", micros(best.p99)),
            format!("{:.1}", best.resident as f64 / f64::from(1 << 20)),
        ]);
    }
    table.print(&format!("{method} {path}"));
}

fn figures(endpoint: Endpoint, peers: &[Peer], best: &[Best]) -> Value {
    let of = |(peer, one): (&Peer, &Best)| {
        json!({
            "peer": peer.name(),
            "cpu_us_per_request": micros(one.cpu),
            "ratio": best[0].cpu.as_secs_f64() / one.cpu.as_secs_f64(),
            "requests_per_second": one.per_second,
            "p50_us": micros(one.p50),
            "p99_us": micros(one.p99),
            "resident_bytes": one.resident,
        })
    };
    json!({ "endpoint": endpoint.name(), "peers": peers.iter().zip(best).map(of).collect::<Vec<_>>() })
}
