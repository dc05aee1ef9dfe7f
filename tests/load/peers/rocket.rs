//! The service in Rocket, with the fields it adds by default switched off, since no other peer sends them.

use garde::Validate;
use rocket::config::{Config, Ident, LogLevel};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::serde::json::Json;
use rocket::shield::Shield;
use rocket::{Build, Request, Response, Rocket, State, get, launch, post, routes};
use velithon_load::address;
use velithon_load::contract::{self, Account, FIELDS, Greeting, Note, Prices, Quote, Row, Stock, Taxes};

#[launch]
fn rocket() -> Rocket<Build> {
    let config = Config {
        address: address().ip(),
        port: address().port(),
        ident: Ident::none(),
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    rocket::custom(config)
        .attach(Shield::new())
        .attach(Field(0))
        .attach(Field(1))
        .attach(Field(2))
        .manage(contract::PRICES)
        .manage(contract::TAXES)
        .manage(contract::STOCK)
        .mount("/", routes![plaintext, json, user, echo, rows, cached, large, chain])
}

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    contract::HELLO
}

#[get("/json")]
async fn json() -> Json<Greeting> {
    Json(contract::greeting())
}

#[get("/users/<id>")]
async fn user(id: u64) -> Json<Account> {
    Json(contract::account(id))
}

#[post("/echo", data = "<note>")]
async fn echo(note: Json<Note>) -> Result<Json<Note>, Status> {
    note.validate().map_err(|_| Status::UnprocessableEntity)?;
    Ok(note)
}

#[get("/rows")]
async fn rows() -> Json<Vec<Row>> {
    Json(contract::rows())
}

/// Rocket sends memory it owns, so the text is copied.
#[get("/cached")]
async fn cached() -> (ContentType, Vec<u8>) {
    (ContentType::JSON, contract::cached().to_vec())
}

#[get("/large")]
async fn large() -> Result<Json<Vec<Row>>, Status> {
    let rows = tokio::task::spawn_blocking(contract::large).await;
    rows.map(Json).map_err(|_| Status::InternalServerError)
}

#[get("/chain")]
async fn chain(prices: &State<Prices>, taxes: &State<Taxes>, stock: &State<Stock>) -> Json<Quote> {
    Json(contract::quote(prices, taxes, stock))
}

/// Sets one field of the replies of `/chain`: a fairing sees every route.
struct Field(usize);

#[rocket::async_trait]
impl Fairing for Field {
    fn info(&self) -> Info {
        Info { name: FIELDS[self.0].0, kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, reply: &mut Response<'r>) {
        if request.uri().path() == "/chain" {
            let (name, value) = FIELDS[self.0];
            reply.set_raw_header(name, value);
        }
    }
}
