//! The service in salvo.

use std::sync::Arc;

use garde::Validate;
use salvo::conn::TcpListener;
use salvo::http::{HeaderValue, StatusError, header};
use salvo::{
    Depot, FlowCtrl, Listener, Request, Response, Router, Server, Service, affix_state, handler, writing::Json,
};
use velithon_load::address;
use velithon_load::contract::{self, Account, FIELDS, Greeting, Note, Prices, Quote, Row, Stock, Taxes};

#[tokio::main]
async fn main() {
    let shared = affix_state::inject(Arc::new(contract::PRICES))
        .inject(Arc::new(contract::TAXES))
        .inject(Arc::new(contract::STOCK));
    let chained = Router::with_path("chain").hoop(shared).hoop(outer).hoop(middle).hoop(inner).get(chain);
    let router = Router::new()
        .push(Router::with_path("plaintext").get(plaintext))
        .push(Router::with_path("json").get(json))
        .push(Router::with_path("users/{id}").get(user))
        .push(Router::with_path("echo").post(echo))
        .push(Router::with_path("rows").get(rows))
        .push(Router::with_path("cached").get(cached))
        .push(Router::with_path("large").get(large))
        .push(chained);
    let acceptor = TcpListener::new(address()).bind().await;
    Server::new(acceptor).serve(Service::new(router)).await;
}

#[handler]
async fn plaintext() -> &'static str {
    contract::HELLO
}

#[handler]
async fn json() -> Json<Greeting> {
    Json(contract::greeting())
}

#[handler]
async fn user(request: &mut Request) -> Result<Json<Account>, StatusError> {
    let id = request.param("id").ok_or_else(StatusError::bad_request)?;
    Ok(Json(contract::account(id)))
}

#[handler]
async fn echo(request: &mut Request) -> Result<Json<Note>, StatusError> {
    let note: Note = request.parse_json().await.map_err(|_| StatusError::bad_request())?;
    note.validate().map_err(|_| StatusError::unprocessable_entity())?;
    Ok(Json(note))
}

#[handler]
async fn rows() -> Json<Vec<Row>> {
    Json(contract::rows())
}

#[handler]
async fn cached(reply: &mut Response) {
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.body(contract::cached());
}

#[handler]
async fn large() -> Result<Json<Vec<Row>>, StatusError> {
    let made = tokio::task::spawn_blocking(contract::large).await;
    made.map(Json).map_err(|_| StatusError::internal_server_error())
}

#[handler]
async fn chain(depot: &mut Depot) -> Result<Json<Quote>, StatusError> {
    let shared = (depot.get_typed::<Arc<Prices>>(), depot.get_typed::<Arc<Taxes>>(), depot.get_typed::<Arc<Stock>>());
    let (Ok(prices), Ok(taxes), Ok(stock)) = shared else { return Err(StatusError::internal_server_error()) };
    Ok(Json(contract::quote(prices, taxes, stock)))
}

#[handler]
async fn inner(request: &mut Request, depot: &mut Depot, reply: &mut Response, flow: &mut FlowCtrl) {
    flow.call_next(request, depot, reply).await;
    set_field(reply, 0);
}

#[handler]
async fn middle(request: &mut Request, depot: &mut Depot, reply: &mut Response, flow: &mut FlowCtrl) {
    flow.call_next(request, depot, reply).await;
    set_field(reply, 1);
}

#[handler]
async fn outer(request: &mut Request, depot: &mut Depot, reply: &mut Response, flow: &mut FlowCtrl) {
    flow.call_next(request, depot, reply).await;
    set_field(reply, 2);
}

fn set_field(reply: &mut Response, position: usize) {
    let (name, value) = FIELDS[position];
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}
