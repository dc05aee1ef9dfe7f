//! JSON over sockets: what leaves is what serde_json would have written, and what enters is refused with its place.
//!
//! Each test starts the service of `apps/json` anew.

mod bodies;
mod lists;
mod preencoded;
mod streams;
mod values;

use velithon_tests::{Program, Service};

fn service() -> Service {
    Program::new(env!("CARGO_BIN_EXE_json")).start()
}

/// Asserts that a path replies with the text that serde_json makes of the same value.
#[track_caller]
fn is_as_its_model(service: &Service, path: &str) {
    let reply = service.get(path).has("content-type", "application/json");
    let model = service.get(&format!("/model{path}")).is(200);
    assert!(reply.body == model.body, "{path} differs from serde_json: {reply}");
}
