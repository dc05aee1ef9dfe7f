//! Bodies that are read into types.

use axum::body::Bytes;
use garde::Validate;
use serde::{Deserialize, Serialize};
use velithon::prelude::*;

#[derive(Serialize, Deserialize, Validate)]
struct NewUser {
    #[garde(length(min = 1, max = 8))]
    name: String,
    #[garde(range(min = 18))]
    age: u8,
    #[serde(default)]
    #[garde(dive)]
    address: Option<Address>,
}

#[derive(Serialize, Deserialize, Validate)]
struct Address {
    #[garde(length(min = 5))]
    zip: String,
}

#[post("/body/json")]
async fn json(user: Json<NewUser>) -> Json<NewUser> {
    user
}

#[post("/body/valid", status = 201)]
async fn valid(user: Valid<Json<NewUser>>) -> Json<NewUser> {
    Json(user.into_inner())
}

#[post("/body/any")]
async fn any(value: Json<serde_json::Value>) -> Json<serde_json::Value> {
    value
}

#[post("/body/bytes")]
async fn bytes(body: Bytes) -> String {
    body.len().to_string()
}

#[post("/body/text")]
async fn text(body: String) -> String {
    body
}

#[post("/body/small", body_limit = "1KiB")]
async fn small(body: Bytes) -> String {
    body.len().to_string()
}

#[post("/body/large", body_limit = "3MiB")]
async fn large(body: Bytes) -> String {
    body.len().to_string()
}

#[get("/body/of-get")]
async fn of_get(request: Request) -> Result<String> {
    Ok(axum::body::to_bytes(request.into_body(), 1024).await?.len().to_string())
}
