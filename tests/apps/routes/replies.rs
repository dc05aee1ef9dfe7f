//! What handlers return, and how they run.

use serde::Serialize;
use velithon::prelude::*;

#[derive(Serialize)]
struct Account {
    id: u64,
    name: &'static str,
}

const ADA: Account = Account { id: 7, name: "Ada" };

#[get("/reply/nothing")]
async fn nothing() {}

#[get("/reply/json")]
async fn json() -> Json<Account> {
    Json(ADA)
}

#[post("/reply/created", status = 201)]
async fn created() -> Json<Account> {
    Json(ADA)
}

#[post("/reply/own-status", status = 201)]
async fn own_status() -> (StatusCode, &'static str) {
    (StatusCode::ACCEPTED, "later")
}

#[delete("/reply/gone", status = 204)]
async fn gone() -> &'static str {
    "this text has no place in a 204"
}

#[delete("/reply/gone-too", status = 204)]
async fn gone_too() -> Result<()> {
    Ok(())
}

#[get("/reply/sync")]
fn sync() -> String {
    std::thread::current().name().unwrap_or("unnamed").to_owned()
}

#[get("/reply/blocking/{id}", blocking)]
fn blocking(id: u8) -> String {
    format!("{id} {}", std::thread::current().name().unwrap_or("unnamed"))
}

#[get("/reply/borrowed")]
fn borrowed() -> &'static str {
    "borrowed"
}

#[get("/reply/large")]
async fn large() -> String {
    "x".repeat(100_000)
}

#[get("/reply/stream")]
async fn stream() -> axum::body::Body {
    let chunks = ["one ", "two ", "three"].map(Ok::<_, std::io::Error>);
    axum::body::Body::from_stream(futures_util::stream::iter(chunks))
}

#[head("/reply/head")]
async fn head_alone() -> [(&'static str, &'static str); 1] {
    [("x-answered-by", "head")]
}

#[get("/reply/head")]
async fn get_beside() -> [(&'static str, &'static str); 1] {
    [("x-answered-by", "get")]
}

#[options("/reply/options")]
async fn own_options() -> &'static str {
    "asked"
}

#[get("/slash/none")]
async fn no_slash() -> &'static str {
    "none"
}

#[get("/slash/one/")]
async fn one_slash() -> &'static str {
    "one"
}
