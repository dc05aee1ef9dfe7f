//! axum's extractors as arguments, alone and together.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, MatchedPath, OriginalUri, Path, Query, RawPathParams, RawQuery, State};
use axum::{Extension, Form};
use serde_json::Value;
use velithon::http::{HeaderMap, Method, Uri};
use velithon::prelude::*;

#[post("/extract/order/{id}")]
async fn body_first(body: Json<Value>, method: Method, id: u8, headers: HeaderMap, uri: Uri) -> String {
    format!("{} {method} {id} {:?} {}", body.0, headers.get("x-mark"), uri.path())
}

#[post("/extract/whole/{id}")]
async fn request_first(request: Request, #[query] page: u8, method: Method) -> Result<String> {
    // The parts were handed out before, and are still there.
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1024).await?;
    Ok(format!("{method} {path} {page} {}", body.len()))
}

#[get("/extract/pair/{left}/{right}")]
async fn pair(Path((left, right)): Path<(u8, String)>) -> String {
    format!("{left} {right}")
}

#[get("/extract/named/{left}/{right}")]
async fn named_too(left: u8, Path(all): Path<BTreeMap<String, String>>) -> String {
    format!("{left} {all:?}")
}

#[get("/extract/optional/{id}")]
async fn optional(found: Option<Path<u8>>) -> String {
    format!("{:?}", found.map(|Path(id)| id))
}

#[get("/extract/raw/{a}/{b}")]
async fn raw(params: RawPathParams) -> String {
    params.iter().map(|(name, value)| format!("{name}={value};")).collect()
}

#[get("/extract/matched/{id}")]
async fn matched(id: u8, path: MatchedPath) -> String {
    format!("{} {id}", path.as_str())
}

#[get("/extract/original")]
async fn original(OriginalUri(uri): OriginalUri, RawQuery(query): RawQuery) -> String {
    format!("{uri} {query:?}")
}

#[get("/extract/peer")]
async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
    peer.ip().to_string()
}

#[get("/extract/state")]
async fn state(State(()): State<()>) -> &'static str {
    "stateless"
}

#[get("/extract/extension")]
async fn extension(Extension(number): Extension<u64>) -> String {
    number.to_string()
}

#[get("/extract/query")]
async fn query(Query(all): Query<BTreeMap<String, u8>>) -> String {
    format!("{all:?}")
}

#[post("/extract/form")]
async fn form(Form(all): Form<BTreeMap<String, u8>>) -> String {
    format!("{all:?}")
}

#[get("/extract/hidden/{id}")]
async fn hidden(#[allow(unused)] call: Extracted, id: u8, body: Extracted) -> String {
    // Names that generated code might use as well.
    let _ = (call, body);
    id.to_string()
}

/// An extractor of the service's own.
struct Extracted;

impl<S: Sync> axum::extract::FromRequestParts<S> for Extracted {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut velithon::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        match parts.headers.contains_key("x-refuse") {
            true => Err((StatusCode::FORBIDDEN, "refused by an extractor")),
            false => Ok(Self),
        }
    }
}
