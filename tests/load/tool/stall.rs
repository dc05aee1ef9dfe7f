//! How a small route fares while others are being sent 20 MB of JSON: one client that asks for `/plaintext` 200 times a
//! second, alone and beside two clients that ask for `/large` without pause.
//!
//! The server has every core, as in production; the clients take little.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::cores::Cores;
use crate::open;
use crate::peer::Peer;
use crate::process::Server;
use crate::table::{Table, write};

const RATE: u32 = 200;
const LARGE_CLIENTS: usize = 2;
/// Bytes a large reply has at least.
const LARGE: usize = 18_000_000;

/// What the small route's client saw.
#[derive(Debug, Clone, Copy)]
struct Seen {
    alone: Duration,
    beside: Duration,
    /// How many large replies were sent meanwhile: a server that sends none stalls nobody.
    large: usize,
}

pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut table = Table::new(&["", "p99 alone ms", "p99 beside ms", "more ms", "large replies"]);
    let mut figures = Vec::new();
    for peer in cli.chosen().into_iter().filter(|peer| !peer.is_python()) {
        let seen = runtime.block_on(measure(cli, programs, peer))?;
        table.row(vec![
            peer.name().to_owned(),
            format!("{:.2}", millis(seen.alone)),
            format!("{:.2}", millis(seen.beside)),
            format!("{:.2}", millis(seen.beside) - millis(seen.alone)),
            seen.large.to_string(),
        ]);
        figures.push(json!({
            "peer": peer.name(), "p99_alone_ms": millis(seen.alone), "p99_beside_ms": millis(seen.beside),
            "large_replies": seen.large,
        }));
    }
    table.print(&format!("GET /plaintext, {RATE} a second, beside {LARGE_CLIENTS} clients of GET /large"));
    write(&cli.out, "stall", &Value::Array(figures))
}

/// The best of the rounds.
async fn measure(cli: &Cli, programs: &Programs, peer: Peer) -> Result<Seen> {
    let cores = Cores::of_this_process()?;
    let server = Server::start(&programs.command(peer)?, cores.all(), cores.all())?;
    let address = server.address();
    let mut best = Seen { alone: Duration::MAX, beside: Duration::MAX, large: 0 };
    // 1 % of a turn has to be some requests.
    let time = cli.turn() * 5;
    for _ in 0..cli.rounds {
        best.alone = best.alone.min(p99(&open::run(address, "/plaintext", RATE, time).await?));
        let eaters: Vec<_> = (0..LARGE_CLIENTS).map(|_| Eater::begin(address)).collect();
        let latencies = open::run(address, "/plaintext", RATE, time).await?;
        let mut large = 0;
        for eater in eaters {
            large += eater.end()?;
        }
        if p99(&latencies) < best.beside {
            (best.beside, best.large) = (p99(&latencies), large);
        }
    }
    Ok(best)
}

fn p99(latencies: &[Duration]) -> Duration {
    latencies.get(latencies.len().saturating_sub(1) * 99 / 100).copied().unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A client that takes in one large reply after another, on a thread of its own.
struct Eater {
    enough: Arc<AtomicBool>,
    thread: JoinHandle<Result<usize>>,
}

impl Eater {
    fn begin(address: SocketAddr) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let told = enough.clone();
        let thread = thread::spawn(move || {
            let mut replies = 0;
            while !told.load(Ordering::Relaxed) {
                swallow(address)?;
                replies += 1;
            }
            Ok(replies)
        });
        Self { enough, thread }
    }

    fn end(self) -> Result<usize> {
        self.enough.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "a client panicked")?
    }
}

/// One large reply, on a connection of its own: the next may reach another core.
fn swallow(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let (mut buffer, mut length) = (vec![0; 256 * 1024], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 if length > LARGE => return Ok(()),
            0 => return Err("a large reply is too short".into()),
            count => length += count,
        }
    }
}
