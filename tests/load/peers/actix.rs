//! The service in actix-web.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorUnprocessableEntity;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, Json, Path};
use actix_web::{App, Error, HttpResponse, HttpServer};
use garde::Validate;
use velithon_load::address;
use velithon_load::contract::{self, Account, FIELDS, Greeting, Note, Prices, Quote, Row, Stock, Taxes};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let (prices, taxes, stock) = (Data::new(contract::PRICES), Data::new(contract::TAXES), Data::new(contract::STOCK));
    let app = move || {
        let chain = web::resource("/chain")
            .wrap(from_fn(inner))
            .wrap(from_fn(middle))
            .wrap(from_fn(outer))
            .route(web::get().to(chain));
        App::new()
            .app_data(prices.clone())
            .app_data(taxes.clone())
            .app_data(stock.clone())
            .route("/plaintext", web::get().to(plaintext))
            .route("/json", web::get().to(json))
            .route("/users/{id}", web::get().to(user))
            .route("/echo", web::post().to(echo))
            .route("/rows", web::get().to(rows))
            .route("/cached", web::get().to(cached))
            .route("/large", web::get().to(large))
            .service(chain)
    };
    HttpServer::new(app).bind(address())?.run().await
}

async fn plaintext() -> &'static str {
    contract::HELLO
}

async fn json() -> Json<Greeting> {
    Json(contract::greeting())
}

async fn user(id: Path<u64>) -> Json<Account> {
    Json(contract::account(*id))
}

async fn echo(note: Json<Note>) -> Result<Json<Note>, Error> {
    note.validate().map_err(ErrorUnprocessableEntity)?;
    Ok(note)
}

async fn rows() -> Json<Vec<Row>> {
    Json(contract::rows())
}

async fn cached() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(contract::cached())
}

async fn large() -> Result<Json<Vec<Row>>, Error> {
    Ok(Json(web::block(contract::large).await?))
}

async fn chain(prices: Data<Prices>, taxes: Data<Taxes>, stock: Data<Stock>) -> Json<Quote> {
    Json(contract::quote(&prices, &taxes, &stock))
}

async fn inner(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    Ok(with_field(next.call(request).await?, 0))
}

async fn middle(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    Ok(with_field(next.call(request).await?, 1))
}

async fn outer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    Ok(with_field(next.call(request).await?, 2))
}

fn with_field<B>(mut reply: ServiceResponse<B>, position: usize) -> ServiceResponse<B> {
    let (name, value) = FIELDS[position];
    reply.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    reply
}
