//! Gateways with code: a function around a request, the primitive in a handler, and requests of our own.

use velithon::config::Config;
use velithon::gateway::{Client, Forward, GatewayError, forward_to};
use velithon::prelude::*;

use crate::{Gone, Origin};

#[gateway("/ledger/{*path}", upstream = Origin, rewrite = "/internal/{path}")]
async fn ledger(mut forward: Forward<Origin>, #[query(default = 0)] version: u8) -> Result<Response> {
    forward.header("x-version", version).append("x-tag", "two").remove("cookie").query_set("by", "code");
    forward.send().await
}

/// Answers by itself when the upstream is known to be down.
#[gateway("/fallback/{name}", upstream = Gone)]
async fn fallback(name: String, forward: Forward<Gone>) -> Result<Response> {
    match forward.send().await {
        Err(GatewayError::CircuitOpen { .. }) => Ok(format!("{name} as of yesterday").into_response()),
        other => Ok(other?),
    }
}

/// Reads the body, which the upstream gets all the same.
#[gateway("/measured", upstream = Origin, rewrite = "/measured", methods = [POST])]
async fn measured(mut forward: Forward<Origin>) -> Result<Response> {
    let length = forward.buffer(1024).await?.len();
    forward.header("x-length", length);
    forward.send().await
}

/// Sets what is no header: told when it is sent.
#[gateway("/broken", upstream = Origin)]
async fn broken(mut forward: Forward<Origin>) -> Result<Response> {
    forward.header("x-line", "a\r\nb: c");
    forward.send().await
}

/// Where `forward_to` leads; an address that the tests choose.
#[config("raw")]
#[derive(serde::Deserialize)]
struct RawConfig {
    #[serde(default)]
    url: String,
}

#[get("/raw/{*path}")]
async fn raw(request: Request, config: Config<RawConfig>) -> Result<Response> {
    let url: &'static str = config.url.clone().leak();
    forward_to(url, request).await
}

/// The same address as the word of a stranger.
#[get("/guarded/{*path}")]
async fn guarded(request: Request, config: Config<RawConfig>) -> Result<Response> {
    forward_to(config.url.clone(), request).await
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Asked {
    method: String,
    target: String,
}

#[derive(serde::Serialize)]
struct Both {
    first: Asked,
    second: Asked,
}

#[get("/both")]
async fn both(client: Client<Origin>) -> Result<Json<Both>> {
    let (first, second) = try_join!(
        client.get("/a?x=1").fetch::<Asked>(),
        client.post("/b").json(&"hello").forward_auth().fetch::<Asked>()
    )?;
    Ok(Json(Both { first, second }))
}

/// A client that is injected, and taken by a handler as a part of something else.
#[inject]
struct Books {
    client: Inject<Client<Origin>>,
}

#[get("/books")]
async fn books(books: Inject<Books>) -> Result<Json<Asked>> {
    Ok(Json(books.client.get("/books").fetch().await?))
}
