//! Gateways from the outside: what a client sends, what the upstream sees, and what the client gets back.
//!
//! The gateway and what stands behind it are services of velithon's own, each a process; `apps/origin.rs` says what it was
//! asked. What needs bytes that no service of ours would send stands in `tests/gateway`.

mod balance;
mod code;
mod configured;
mod prefix;
mod seen;

use velithon_tests::{Program, Service};

/// A gateway and its upstream.
struct Pair {
    gateway: Service,
    /// Kept alive for as long as the gateway.
    _origin: Service,
}

impl std::ops::Deref for Pair {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.gateway
    }
}

/// The gateway, to which the tests still have to say where its upstream is.
fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gateway_forms"))
}

/// What stands behind it, under a name that its replies carry.
fn origin(name: &str) -> Service {
    Program::new(env!("CARGO_BIN_EXE_origin")).env("VELITHON_ORIGIN__NAME", name).start()
}

/// The list of one target, as a variable of the environment says it.
fn target(origin: &Service) -> String {
    format!("[\"http://{}\"]", origin.address())
}

/// Both, connected.
fn pair() -> Pair {
    let origin = origin("first");
    let gateway = leading_to(&origin).start();
    Pair { gateway, _origin: origin }
}

/// The gateway, all of whose upstreams are this one.
fn leading_to(origin: &Service) -> Program {
    let upstreams = ["ORIGIN", "SECOND", "GONE"].iter();
    upstreams
        .fold(program(), |program, name| program.env(&format!("VELITHON_UPSTREAM__{name}__TARGETS"), target(origin)))
}
