//! What every request passes before a route is looked for: the rules of heads, framing, paths and pace, in raw bytes.
//!
//! Numbers in comments are those of the correctness contract in the gateway's design; whoever forwards a request relies on
//! all of them, and handlers have them too.

mod expect;
mod framing;
mod heads;
mod host;
mod http2;
mod limits;
mod methods;
mod pace;
mod path;
mod pipeline;

use velithon_tests::{Connection, Program, Reply, Service};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_front"))
}

fn service() -> Service {
    program().start()
}

/// Sends bytes on a connection of their own.
#[track_caller]
fn sent(service: &Service, bytes: impl AsRef<[u8]>) -> Connection {
    let mut connection = service.connect();
    connection.send(bytes);
    connection
}

/// The first reply to bytes.
#[track_caller]
fn raw(service: &Service, bytes: impl AsRef<[u8]>) -> Reply {
    sent(service, bytes).reply()
}

/// Asserts that bytes are answered with this status and nothing behind it, and that the connection is closed then.
#[track_caller]
fn ends_with(service: &Service, bytes: impl AsRef<[u8]>, status: u16) {
    let shown = bytes.as_ref().escape_ascii().to_string();
    let mut connection = sent(service, bytes);
    let reply = connection.reply();
    assert_eq!(reply.status, status, "{}\n{reply}", &shown[..shown.len().min(300)]);
    assert!(connection.is_closed(), "the connection goes on after {}", &shown[..shown.len().min(300)]);
}
