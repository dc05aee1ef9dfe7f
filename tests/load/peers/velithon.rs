//! The service in velithon.

#![allow(missing_docs, reason = "the attributes say what each item is")]

use velithon::prelude::*;
use velithon_load::contract::{self, Account, FIELDS, Greeting, Note, Prices, Quote, Row, Stock, Taxes};

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    contract::HELLO
}

#[get("/json")]
async fn json() -> Json<Greeting> {
    Json(contract::greeting())
}

#[get("/users/{id}")]
async fn user(id: u64) -> Json<Account> {
    Json(contract::account(id))
}

#[post("/echo")]
async fn echo(note: Valid<Json<Note>>) -> Json<Note> {
    Json(note.into_inner())
}

#[get("/rows")]
async fn rows() -> Json<Vec<Row>> {
    Json(contract::rows())
}

#[inject]
fn kept() -> Result<Preencoded<Account>> {
    Ok(Preencoded::written(contract::account(42))?)
}

#[get("/cached")]
async fn cached(kept: Inject<kept>) -> Preencoded<Account> {
    (*kept).clone()
}

#[get("/large")]
async fn large() -> Result<Json<Vec<Row>>> {
    Ok(Json(tokio::task::spawn_blocking(contract::large).await?))
}

#[inject]
fn prices() -> Prices {
    contract::PRICES
}

#[inject]
fn taxes() -> Taxes {
    contract::TAXES
}

#[inject]
fn stock() -> Stock {
    contract::STOCK
}

#[get("/chain")]
async fn chain(prices: Inject<prices>, taxes: Inject<taxes>, stock: Inject<stock>) -> Json<Quote> {
    Json(contract::quote(&prices, &taxes, &stock))
}

#[middleware(path = "/chain")]
async fn inner(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 0)
}

#[middleware(path = "/chain", before = inner)]
async fn middle(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 1)
}

#[middleware(path = "/chain", before = middle)]
async fn outer(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 2)
}

fn with_field(mut reply: Response, position: usize) -> Response {
    let (name, value) = FIELDS[position];
    reply.headers_mut().insert(name, http::HeaderValue::from_static(value));
    reply
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
