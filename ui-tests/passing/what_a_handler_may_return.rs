//! A return type may borrow, may be opaque, may be left out, and may be asked of axum.
#![deny(warnings)]

use std::borrow::Cow;

use velithon::prelude::*;

#[get("/nothing")]
async fn nothing() {}

#[get("/unit")]
fn unit() {}

#[get("/text")]
fn text() -> &'static str {
    "text"
}

#[get("/cow")]
async fn cow() -> Cow<'static, str> {
    Cow::Borrowed("cow")
}

#[get("/bytes")]
async fn bytes() -> &'static [u8] {
    b"bytes"
}

#[get("/opaque")]
async fn opaque() -> impl IntoResponse {
    (StatusCode::IM_A_TEAPOT, "short and stout")
}

#[get("/captured/{name}")]
fn captured(name: String) -> impl IntoResponse + use<> {
    name
}

#[get("/opaque/result")]
async fn opaque_result() -> Result<impl IntoResponse> {
    Ok([("x-kind", "opaque")])
}

#[get("/parts")]
async fn parts() -> (StatusCode, [(&'static str, &'static str); 1], Json<u8>) {
    (StatusCode::CREATED, [("x-kind", "tuple")], Json(1))
}

#[get("/json")]
async fn json() -> Json<Vec<&'static str>> {
    Json(vec!["json"])
}

#[get("/result")]
async fn result() -> Result<Json<u8>> {
    Ok(Json(1))
}

#[get("/status")]
async fn status() -> Result<Json<u8>, StatusCode> {
    Err(StatusCode::NOT_FOUND)
}

#[get("/option")]
async fn response() -> Response {
    "response".into_response()
}

#[get("/axum")]
async fn of_axum() -> axum::Json<u8> {
    axum::Json(1)
}

#[delete("/gone", status = 204)]
async fn gone() -> Result<()> {
    Ok(())
}

type Reply = Result<Json<u8>>;

#[get("/alias")]
async fn alias() -> Reply {
    Ok(Json(1))
}


fn main() {}
