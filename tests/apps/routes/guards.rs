//! Several handlers of one method and path.

use velithon::prelude::*;

#[get("/guard/only", accept = "application/json")]
async fn json_only() -> Json<[u8; 1]> {
    Json([1])
}

#[get("/guard/media", accept = "application/json")]
async fn json() -> Json<&'static str> {
    Json("json")
}

#[get("/guard/media", accept = "text/csv")]
async fn csv() -> &'static str {
    "csv"
}

#[get("/guard/versions", header("x-api-version" = "1"))]
async fn version_1() -> &'static str {
    "one"
}

#[get("/guard/versions", header("x-api-version" = "2"))]
async fn version_2() -> &'static str {
    "two"
}

#[get("/guard/default")]
async fn default() -> &'static str {
    "any"
}

#[get("/guard/default", header("x-api-version" = "2"))]
async fn default_2() -> &'static str {
    "two"
}

#[get("/guard/both", accept = "application/json", header("x-api-version" = "2"))]
async fn both() -> &'static str {
    "both"
}

#[post("/guard/both")]
async fn beside() -> &'static str {
    "posted"
}
