//! What an idle client costs a proxy: ten thousand connections, each of which has had a reply, and none of which says more.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::cores::Cores;
use crate::gateway::Proxy;
use crate::process::Server;
use crate::table::{Table, write};

const CONNECTIONS: usize = 10_000;

/// What a proxy holds in memory.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// Before the first of them.
    before: u64,
    /// With all of them idle.
    open: u64,
    /// After all of them have left.
    after: u64,
}

impl Held {
    /// Kibibytes for each connection.
    fn each(bytes: u64, before: u64) -> f64 {
        bytes.saturating_sub(before) as f64 / CONNECTIONS as f64 / 1024.0
    }
}

pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    raise_limit()?;
    let cores = Cores::of_this_process()?;
    let nobody = SocketAddr::from(([127, 0, 0, 1], 0));
    let origin = Proxy::Direct.start(programs, nobody, cores.all(), cores.all())?;
    let mut table = Table::new(&["", "MiB before", "KiB for each idle client", "KiB of each kept when they left"]);
    let mut figures = Vec::new();
    for proxy in [Proxy::Velithon, Proxy::Nginx, Proxy::Haproxy, Proxy::Pingora, Proxy::HyperUtil] {
        let server = proxy.start(programs, origin.address(), cores.all(), cores.all())?;
        let held = measure(&server).map_err(|error| format!("{}: {error}", proxy.name()))?;
        server.stop()?;
        table.row(vec![
            proxy.name().to_owned(),
            format!("{:.1}", held.before as f64 / f64::from(1 << 20)),
            format!("{:.2}", Held::each(held.open, held.before)),
            format!("{:.2}", Held::each(held.after, held.before)),
        ]);
        figures.push(json!({
            "proxy": proxy.name(), "before": held.before, "open": held.open, "after": held.after,
        }));
    }
    table.print(&format!("resident memory, {CONNECTIONS} idle keep-alive clients"));
    write(&cli.out, "idle", &Value::Array(figures))
}

fn measure(server: &Server) -> Result<Held> {
    // Warm: what the first requests make once is no cost of a connection.
    let mut first = TcpStream::connect(server.address())?;
    (0..1000).try_for_each(|_| ask(&mut first))?;
    let before = settled(server, &mut first)?;
    let mut clients = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let mut client = TcpStream::connect(server.address())?;
        ask(&mut client)?;
        clients.push(client);
    }
    let open = settled(server, &mut first)?;
    drop(clients);
    let after = settled(server, &mut first)?;
    Ok(Held { before, open, after })
}

/// The least of what it holds over three seconds. It is asked something meanwhile: some allocators give memory back only
/// while they are asked for some.
fn settled(server: &Server, client: &mut TcpStream) -> Result<u64> {
    let mut least = u64::MAX;
    for _ in 0..60 {
        sleep(Duration::from_millis(50));
        ask(client)?;
        least = least.min(server.resident()?);
    }
    Ok(least)
}

/// One request, and as much of its reply as comes until it is whole: its content is 1 KiB.
fn ask(client: &mut TcpStream) -> Result<()> {
    client.write_all(b"GET /1k HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    let (mut reply, mut length) = ([0; 4096], 0);
    loop {
        let count = client.read(&mut reply[length..])?;
        if count == 0 {
            return Err("the proxy closed a connection".into());
        }
        length += count;
        if reply[..length].starts_with(b"HTTP/1.1 200") && reply[..length].ends_with(&[b'x'; 1024]) {
            return Ok(());
        }
    }
}

/// As many files as all these sockets need, here and in what is started from here.
fn raise_limit() -> Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = CONNECTIONS as u64 + 1000;
    if most < wanted {
        return Err(format!("{CONNECTIONS} clients need {wanted} open files, and {most} are allowed").into());
    }
    Ok(setrlimit(Resource::RLIMIT_NOFILE, wanted, most)?)
}
