//! What stands behind a gateway in the tests: a service that says what it was asked.

use axum::body::Bytes;
use serde_json::{Value, json};
use velithon::prelude::*;

/// `[origin]`
#[config("origin")]
#[derive(serde::Deserialize)]
struct OriginConfig {
    #[serde(default)]
    name: String,
}

/// Says method, target, fields and body of a request, in the order and spelling in which they came.
#[route("/", methods = [GET, POST, PUT, PATCH, DELETE, OPTIONS])]
#[route("/{*path}", methods = [GET, POST, PUT, PATCH, DELETE, OPTIONS])]
async fn seen(request: Request, config: Config<OriginConfig>) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.map_err(|_| Error::bad_request("no body"))?;
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<Value> = parts.headers.iter().map(|(name, value)| json!([name.as_str(), text(value)])).collect();
    let seen = json!({
        "method": parts.method.as_str(),
        "target": parts.uri.path_and_query().map(ToString::to_string),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    let cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2")];
    let more = axum::response::AppendHeaders([("server", "origin"), ("x-origin", config.name.as_str())]);
    Ok((axum::response::AppendHeaders(cookies), more, axum::Json(seen)).into_response())
}

/// Hands the body back while it is still coming.
#[post("/echo")]
async fn echo(request: Request) -> Response {
    Response::new(request.into_body())
}

/// Fails, as far as a proxy can see.
#[get("/down")]
async fn down() -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
