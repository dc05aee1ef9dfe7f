//! User-space instructions per request, counted by callgrind: the same figure whatever else the machine does.
//!
//! Each server runs under valgrind. On one keep-alive connection it is warmed up, its counters are set to zero, so many
//! requests are sent, and the counters are written out. `callgrind_annotate <out>/<peer>.<endpoint>` shows where they go.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::closed::Closed;
use crate::cores::Cores;
use crate::endpoint::Endpoint;
use crate::peer::Peer;
use crate::process::Server;
use crate::table::{Table, write};

/// Requests before the counters are set to zero.
const WARM_UP: usize = 300;

/// Under which name velithon is counted once more, with everything switched on that a configuration can switch on.
const EQUIPPED: &str = "velithon, default middleware";

type Counts = BTreeMap<&'static str, f64>;

pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    let out = std::path::absolute(&cli.out)?.join("callgrind");
    fs::create_dir_all(&out)?;
    let mut counted = Vec::new();
    for peer in cli.chosen().into_iter().filter(|peer| !peer.is_python()) {
        counted.push((peer.name(), count(cli, &programs.command(peer)?, peer.name(), &[], &out)?));
        if peer == Peer::Velithon {
            let all = [("VELITHON_LOG__ACCESS", "true"), ("VELITHON_MOUNT__METRICS", "/metrics")];
            counted.push((EQUIPPED, count(cli, &programs.command(peer)?, "equipped", &all, &out)?));
        }
    }
    print(&cli.endpoints(), &counted);
    let figures = counted.iter().map(|(name, counts)| json!({ "peer": name, "instructions": counts }));
    write(&cli.out, "instructions", &Value::Array(figures.collect()))
}

fn count(cli: &Cli, command: &[PathBuf], name: &str, environment: &[(&str, &str)], out: &Path) -> Result<Counts> {
    let cores = Cores::of_this_process()?;
    let mut valgrind: Vec<PathBuf> = vec!["valgrind".into(), "--tool=callgrind".into()];
    valgrind.push(format!("--callgrind-out-file={}/{name}", out.display()).into());
    valgrind.extend_from_slice(command);
    let server = Server::start_with(&valgrind, environment, cores.server(), cores.all())?;
    let mut counts = Counts::new();
    for (index, endpoint) in cli.endpoints().into_iter().enumerate() {
        let mut load = Closed::open(server.address(), endpoint.request(), 1)?;
        load.count(WARM_UP)?;
        // A dump sets the counters to zero and, unlike `--zero`, leaves callgrind with the names of functions.
        control(&server, &["--dump=warm-up"])?;
        load.count(cli.requests)?;
        control(&server, &[&format!("--dump={}", endpoint.name())])?;
        fs::remove_file(out.join(format!("{name}.{}", 2 * index + 1)))?;
        let dump = out.join(format!("{name}.{}", 2 * index + 2));
        let total = total(&fs::read_to_string(&dump)?).ok_or("callgrind wrote no total")?;
        fs::rename(dump, out.join(format!("{name}.{}", endpoint.name())))?;
        counts.insert(endpoint.name(), total as f64 / cli.requests as f64);
    }
    server.stop()?;
    Ok(counts)
}

fn control(server: &Server, arguments: &[&str]) -> Result<()> {
    let done = Command::new("callgrind_control").args(arguments).arg(server.pid().to_string()).output()?;
    let text = String::from_utf8_lossy(&done.stdout);
    if done.status.success() && text.contains("OK") {
        Ok(())
    } else {
        Err(format!("callgrind_control: {text}{}", String::from_utf8_lossy(&done.stderr)).into())
    }
}

/// The instructions of all threads in one dump.
fn total(dump: &str) -> Option<u64> {
    dump.lines().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:"))?.trim().parse().ok())
}

fn print(endpoints: &[Endpoint], counted: &[(&str, Counts)]) {
    let floor = counted.iter().find(|(name, _)| *name == Peer::Hyper.name()).map(|(_, counts)| counts);
    let mut head = vec![""];
    head.extend(endpoints.iter().map(|endpoint| endpoint.name()));
    let mut table = Table::new(&head);
    for (name, counts) in counted {
        let cell = |endpoint: &Endpoint| {
            let count = counts.get(endpoint.name()).copied().unwrap_or_default();
            match floor.and_then(|floor| floor.get(endpoint.name())) {
                Some(floor) => format!("{count:.0} ({:.2})", count / floor),
                None => format!("{count:.0}"),
            }
        };
        let mut row = vec![(*name).to_owned()];
        row.extend(endpoints.iter().map(cell));
        table.row(row);
    }
    table.print("user-space instructions per request (and as a multiple of hyper alone)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_dump_is_found() {
        assert_eq!(total("events: Ir\nfn=(1)\n1 5\n\ntotals: 12345\n"), Some(12345));
        assert_eq!(total("events: Ir\n"), None);
    }
}
