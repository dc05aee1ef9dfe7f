//! Content of a GET request has no meaning.

use velithon::prelude::*;

#[get("/users")]
async fn find(filter: Json<Vec<u8>>) -> String {
    format!("{filter:?}")
}

#[head("/users")]
async fn count(filter: Option<axum::Json<u8>>) -> String {
    format!("{}", filter.is_some())
}

#[route("/search", methods = [POST, GET])]
async fn search(form: axum::Form<u8>) -> String {
    form.to_string()
}

fn main() {}
