//! The clients of tests/idle.rs, in a process of their own: what they cost must not count as the service's.
//!
//! Obeys a line of standard input after the other, and writes `done` when it has.

use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_default();
    let mut clients = Vec::new();
    for order in io::stdin().lock().lines() {
        match order?.split_once(' ') {
            Some(("open", count)) => {
                for _ in 0..count.parse().map_err(io::Error::other)? {
                    clients.push(TcpStream::connect(&address)?);
                    clients.last_mut().map_or(Ok(()), ask)?;
                }
            }
            Some(("ask", _)) => clients.iter_mut().try_for_each(ask)?,
            _ => clients.clear(),
        }
        writeln!(io::stdout(), "done")?;
    }
    Ok(())
}

/// One request and its reply, which is shorter than the buffer and comes at once.
fn ask(client: &mut TcpStream) -> io::Result<()> {
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")?;
    let mut reply = [0; 4096];
    let length = client.read(&mut reply)?;
    if reply[..length].ends_with(b"here") { Ok(()) } else { Err(io::Error::other("this is not the reply")) }
}
