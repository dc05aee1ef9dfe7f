//! Values of the query, of fields and of cookies.

use velithon::prelude::*;

#[get("/query/one")]
async fn one(#[query] page: u32) -> String {
    (page + 1).to_string()
}

#[get("/query/shapes")]
async fn shapes(
    #[query(default = 10)] limit: u32,
    #[query] after: Option<u64>,
    #[query("tag")] tags: Vec<String>,
    #[query(default = false)] deep: bool,
) -> String {
    format!("limit={} after={:?} tags={tags:?} deep={deep}", limit + 1, after.map(|after| after + 1))
}

#[get("/header")]
async fn header(
    #[header("x-id")] id: u32,
    #[header] x_trace: Option<String>,
    #[header("x-tag")] tags: Vec<String>,
    #[header("x-limit", default = 5)] limit: u8,
) -> String {
    format!("id={} trace={x_trace:?} tags={tags:?} limit={limit}", id + 1)
}

#[get("/cookie")]
async fn cookie(#[cookie] theme: String, #[cookie("n")] count: Option<u32>, #[cookie(default = 1)] size: u8) -> String {
    format!("theme={theme} count={count:?} size={size}")
}
