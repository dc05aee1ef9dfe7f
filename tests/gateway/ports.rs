//! Ports that stay free until somebody listens on them.
//!
//! A proxy has to know its upstream's port before the upstream exists, so "port 0" does not do. The ports come from
//! below the range that the kernel gives to outgoing connections, which would otherwise take one now and then.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the usual range of outgoing connections on Linux (32 768 to 60 999).
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// A loopback port nobody listens on; no other call of this process gives the same one.
///
/// # Panics
/// When every port is taken.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes of one test run start at places of their own.
    let begin = (std::process::id() % 97) as u16 * (COUNT / 97);
    let candidates = (0..COUNT).map(|_| FIRST + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT);
    let mut free = candidates.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.next().expect("a loopback port is free")
}
