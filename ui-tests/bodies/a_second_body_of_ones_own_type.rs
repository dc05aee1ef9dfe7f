//! What only the compiler knows to read the body.

use axum::extract::FromRequest;
use velithon::prelude::*;

struct Csv(String);

impl<S: Send + Sync> FromRequest<S> for Csv {
    type Rejection = std::convert::Infallible;

    async fn from_request(_: Request, _: &S) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self(String::new()))
    }
}

#[post("/rows")]
async fn import(rows: Csv, options: Json<u8>) -> String {
    format!("{}{options:?}", rows.0)
}

#[get("/rows")]
async fn export(rows: Csv) -> String {
    rows.0
}

fn main() {}
