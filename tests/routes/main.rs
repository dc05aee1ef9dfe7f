//! Routes from the outside: what a client sends, and what it gets back, byte for byte.
//!
//! Each test starts the service of `apps/routes` anew, so that none sees what another did.

mod bodies;
mod by_hand;
mod captures;
mod errors;
mod extractors;
mod groups;
mod guards;
mod methods;
mod parameters;
mod replies;
mod switches;
mod wire;

use velithon_tests::{Program, Service};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_routes"))
}

fn service() -> Service {
    program().start()
}
