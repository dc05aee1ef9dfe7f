//! Captures, single values and extractors of axum, in any position and under any pattern.
#![deny(warnings)]

use axum::extract::{Extension, Form, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, Version};
use serde::Deserialize;
use velithon::prelude::*;

#[derive(Deserialize)]
struct Page {
    skip: u32,
}

#[post("/json/first/{id}")]
async fn body_first(Json(body): Json<Vec<u8>>, id: u64, uri: Uri) -> String {
    format!("{body:?}{id}{uri}")
}

#[post("/json/middle/{id}")]
async fn body_in_the_middle(method: Method, body: axum::Json<Vec<u8>>, id: u64, headers: HeaderMap) -> String {
    format!("{method}{:?}{id}{headers:?}", body.0)
}

#[post("/bytes/{*path}")]
async fn mutable(mut path: String, mut body: axum::body::Bytes) -> String {
    path.push('/');
    let _ = body.split_off(0);
    path
}

#[get("/query")]
async fn whole_query(Query(Page { skip }): Query<Page>, version: Version) -> String {
    format!("{skip}{version:?}")
}

#[post("/form")]
async fn form(form: Form<Page>) -> String {
    form.skip.to_string()
}

#[get("/path/{a}/{b}")]
async fn path(Path((a, b)): Path<(u8, String)>) -> String {
    format!("{a}{b}")
}

#[get("/maybe/{a}")]
async fn maybe_path(path: Option<Path<u8>>) -> String {
    format!("{path:?}")
}

#[get("/parts/{a}")]
async fn parts(parts: Parts) -> String {
    parts.uri.to_string()
}

#[get("/whole/{a}/{b}")]
async fn whole(b: u8, request: Request) -> String {
    format!("{b}{}", request.uri())
}

#[put("/refused")]
async fn refused(body: Result<axum::Json<u8>, axum::extract::rejection::JsonRejection>) -> String {
    format!("{:?}", body.map(|json| json.0))
}

#[post("/optional")]
async fn optional(body: Option<axum::Json<u8>>, extension: Option<Extension<u8>>) -> String {
    format!("{:?}{:?}", body.map(|json| json.0), extension.map(|value| value.0))
}

#[get("/state")]
async fn no_state(State(()): State<()>, _: Uri) {}

#[get("/query/values")]
async fn values(
    #[query] one: u8,
    #[query(default = 10)] limit: u32,
    #[query(default = String::from("name"))] sort: String,
    #[query] after: Option<u64>,
    #[query] tag: Vec<String>,
    #[query("page[size]")] size: Option<u16>,
) -> String {
    format!("{one}{limit}{sort}{after:?}{tag:?}{size:?}")
}

#[get("/header/values")]
async fn headers(
    #[header] user_agent: Option<String>,
    #[header("x-id")] id: u64,
    #[header("accept-language")] languages: Vec<String>,
    #[cookie] session: Option<String>,
    #[cookie("theme", default = "dark".to_owned())] theme: String,
) -> String {
    format!("{user_agent:?}{id}{languages:?}{session:?}{theme}")
}

#[route("/both/{id}", methods = [GET, DELETE], path_mismatch = 404)]
fn both(id: std::num::NonZeroU8) -> String {
    id.to_string()
}

#[get("/blocking/{id}", blocking)]
fn waits(id: u8) -> String {
    std::thread::sleep(std::time::Duration::from_millis(u64::from(id)));
    id.to_string()
}

#[get("/ignored/{_id}")]
async fn ignored(_id: u8) {}

#[get("/lifetimes/{id}")]
async fn lifetimes<'a>(id: u8) -> std::borrow::Cow<'a, str> {
    id.to_string().into()
}

fn main() {}
