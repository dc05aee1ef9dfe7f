//! A function sends what it is given to the upstream of its attribute.

use velithon::prelude::*;

use velithon::gateway::Forward;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[upstream(targets = ["http://10.0.0.2"])]
struct Orders;

#[gateway("/a", upstream = Payments)]
async fn nothing() {}

#[gateway("/b", upstream = Payments)]
async fn elsewhere(forward: Forward<Orders>) -> Result<Response> {
    forward.send().await
}

#[gateway("/c", upstream = Payments)]
fn hasty(forward: Forward<Payments>) -> &'static str {
    let _ = forward;
    "done"
}

#[gateway("/d")]
async fn aimless(forward: Forward<Payments>) -> Result<Response> {
    forward.send().await
}

#[gateway("/e/{*path}", upstream = Payments, strip_prefix)]
async fn stripped(forward: Forward<Payments>) -> Result<Response> {
    forward.send().await
}

#[gateway("/f/{id}", upstream = Payments, rewrite = "/f")]
async fn lost(forward: Forward<Payments>) -> Result<Response> {
    forward.send().await
}

#[get("/g")]
async fn route(forward: Forward<Payments>) -> Result<Response> {
    forward.send().await
}

#[gateway("/h", upstream = Payments)]
async fn twice(forward: Forward<Payments>, body: String) -> Result<Response> {
    let _ = body;
    forward.send().await
}

fn main() {}
