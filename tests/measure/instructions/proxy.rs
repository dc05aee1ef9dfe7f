//! What a request costs that is passed on: the example `proxy` as a whole, between a client and an upstream of raw bytes.
//!
//! It runs under callgrind, with one thread. On one keep-alive connection it is warmed up, its counters are set to zero, so
//! many requests are sent, and the counters are written out.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use crate::Result;

const WARM_UP: usize = 300;
const REQUESTS: usize = 1000;

/// How long it may take until it accepts.
const PATIENCE: Duration = Duration::from_secs(120);

/// As it is by itself, and with what can be switched off switched off.
const VARIANTS: [(&str, &[(&str, &str)]); 2] = [
    ("forward by_proxy defaults", &[]),
    (
        "forward by_proxy bare",
        &[("VELITHON_UPSTREAM__ORIGIN__BREAKER", "off"), ("VELITHON_UPSTREAM__ORIGIN__RETRIES", "0")],
    ),
];

/// Instructions of `GET` with a reply of 1 KiB, by the name of what was switched on.
pub(crate) fn counted() -> Result<Vec<(String, u64)>> {
    let program = build()?;
    let origin = origin()?;
    VARIANTS.iter().map(|(name, keys)| Ok(((*name).to_owned(), count(&program, origin, keys)?))).collect()
}

/// The example, built as it is to be used.
fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--release", "--quiet", "-p", "proxy"]);
    if !cargo.status()?.success() {
        return Err("the example `proxy` cannot be built".into());
    }
    let tool = std::env::current_exe()?;
    let target = tool.parent().and_then(Path::parent).ok_or("this program is in no target folder")?;
    Ok(target.join("release/proxy"))
}

fn count(program: &Path, origin: SocketAddr, keys: &[(&str, &str)]) -> Result<u64> {
    let folder = std::env::temp_dir().join(format!("velithon-instructions-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let mut proxy = Proxy::start(program, origin, keys, &folder)?;
    let mut client = proxy.connect()?;
    ask(&mut client, WARM_UP)?;
    proxy.dump()?;
    ask(&mut client, REQUESTS)?;
    proxy.dump()?;
    let dump = fs::read_to_string(folder.join("out.2"))?;
    drop(proxy);
    fs::remove_dir_all(&folder)?;
    let total = total(&dump).ok_or("callgrind wrote no total")?;
    Ok((total + REQUESTS as u64 / 2) / REQUESTS as u64)
}

/// The proxy under callgrind; killed when this is dropped.
struct Proxy {
    process: Child,
    address: SocketAddr,
}

impl Proxy {
    fn start(program: &Path, origin: SocketAddr, keys: &[(&str, &str)], folder: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut valgrind = Command::new("valgrind");
        valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}/out", folder.display())).arg(program);
        valgrind.env("VELITHON_SERVER__PORT", address.port().to_string()).env("VELITHON_SERVER__THREADS", "1");
        valgrind.env("VELITHON_UPSTREAM__ORIGIN__TARGETS", format!("[\"http://{origin}\"]"));
        valgrind.envs(keys.iter().copied()).current_dir(folder).stdin(Stdio::null());
        let process = valgrind.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { process, address })
    }

    fn connect(&mut self) -> Result<TcpStream> {
        let begun = Instant::now();
        loop {
            match TcpStream::connect(self.address) {
                Ok(client) => {
                    client.set_nodelay(true)?;
                    return Ok(client);
                }
                Err(_) if self.process.try_wait()?.is_none() && begun.elapsed() < PATIENCE => {
                    sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(format!("the proxy does not accept connections: {error}").into()),
            }
        }
    }

    /// Writes the counters out, and sets them to zero.
    fn dump(&self) -> Result<()> {
        let done = Command::new("callgrind_control").arg("--dump").arg(self.process.id().to_string()).output()?;
        let text = String::from_utf8_lossy(&done.stdout);
        if done.status.success() && text.contains("OK") {
            Ok(())
        } else {
            Err(format!("callgrind_control: {text}").into())
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends so many requests, one after the other.
fn ask(client: &mut TcpStream, count: usize) -> Result<()> {
    let mut reply = [0; 4096];
    for _ in 0..count {
        client.write_all(b"GET /1k HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n\r\n")?;
        let mut length = 0;
        while !reply[..length].ends_with(&BODY) {
            match client.read(&mut reply[length..])? {
                0 => return Err("the proxy closed its connection".into()),
                count => length += count,
            }
        }
        if !reply.starts_with(b"HTTP/1.1 200") {
            return Err("the proxy answers otherwise than the upstream".into());
        }
    }
    Ok(())
}

const BODY: [u8; 1024] = [b'x'; 1024];

/// An upstream that answers every head with the same bytes.
fn origin() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1024\r\n\
                date: Wed, 25 Nov 2026 00:00:00 GMT\r\n\r\n";
    let reply = [head.as_bytes(), &BODY].concat();
    let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&buffer[..count]);
        if received.ends_with(b"\r\n\r\n") {
            received.clear();
            stream.write_all(&reply)?;
        }
    }
}

/// The instructions of all threads in one dump.
fn total(dump: &str) -> Option<u64> {
    dump.lines().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:"))?.trim().parse().ok())
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
