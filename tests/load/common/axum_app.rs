//! The service in axum, for both of its peers: the same router behind axum's own server and behind the tuned loop.

use std::sync::Arc;

use axum::extract::{FromRef, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use garde::Validate;

use crate::contract::{self, Account, FIELDS, Greeting, Note, Prices, Quote, Row, Stock, Taxes};

#[derive(Clone)]
struct Shared {
    prices: Arc<Prices>,
    taxes: Arc<Taxes>,
    stock: Arc<Stock>,
}

macro_rules! part {
    ($field:ident: $type:ty) => {
        impl FromRef<Shared> for Arc<$type> {
            fn from_ref(shared: &Shared) -> Self {
                Self::clone(&shared.$field)
            }
        }
    };
}

part!(prices: Prices);
part!(taxes: Taxes);
part!(stock: Stock);

/// The router with everything in it.
pub fn router() -> Router {
    let shared = Shared {
        prices: Arc::new(contract::PRICES),
        taxes: Arc::new(contract::TAXES),
        stock: Arc::new(contract::STOCK),
    };
    let chain = get(chain).layer(from_fn(inner)).layer(from_fn(middle)).layer(from_fn(outer));
    Router::new()
        .route("/plaintext", get(plaintext))
        .route("/json", get(json))
        .route("/users/{id}", get(user))
        .route("/echo", post(echo))
        .route("/rows", get(rows))
        .route("/cached", get(cached))
        .route("/large", get(large))
        .route("/chain", chain)
        .with_state(shared)
}

async fn plaintext() -> &'static str {
    contract::HELLO
}

async fn json() -> Json<Greeting> {
    Json(contract::greeting())
}

async fn user(Path(id): Path<u64>) -> Json<Account> {
    Json(contract::account(id))
}

async fn echo(Json(note): Json<Note>) -> Result<Json<Note>, (StatusCode, String)> {
    note.validate().map_err(|report| (StatusCode::UNPROCESSABLE_ENTITY, report.to_string()))?;
    Ok(Json(note))
}

async fn rows() -> Json<Vec<Row>> {
    Json(contract::rows())
}

async fn cached() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], contract::cached())
}

async fn large() -> Result<Json<Vec<Row>>, StatusCode> {
    let rows = tokio::task::spawn_blocking(contract::large).await;
    rows.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn chain(
    State(prices): State<Arc<Prices>>,
    State(taxes): State<Arc<Taxes>>,
    State(stock): State<Arc<Stock>>,
) -> Json<Quote> {
    Json(contract::quote(&prices, &taxes, &stock))
}

async fn inner(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 0)
}

async fn middle(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 1)
}

async fn outer(request: Request, next: Next) -> Response {
    with_field(next.run(request).await, 2)
}

fn with_field(mut reply: Response, position: usize) -> Response {
    let (name, value) = FIELDS[position];
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
    reply
}
