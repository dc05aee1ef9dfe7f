//! The service in ntex.

use std::sync::{Arc, LazyLock};

use garde::Validate;
use ntex::http::header::{HeaderName, HeaderValue};
use ntex::service::cfg::SharedCfg;
use ntex::service::{Middleware, Service, ServiceCtx};
use ntex::util::Bytes;
use ntex::web::types::{Json, Path, State};
use ntex::web::{self, App, Error, HttpResponse, HttpServer, WebRequest, WebResponse};
use velithon_load::address;
use velithon_load::contract::{self, FIELDS, Note, Prices, Stock, Taxes};

#[ntex::main]
async fn main() -> std::io::Result<()> {
    let (prices, taxes, stock) = (Arc::new(contract::PRICES), Arc::new(contract::TAXES), Arc::new(contract::STOCK));
    let app = async move || {
        let chain = web::resource("/chain")
            .middleware(Field(2))
            .middleware(Field(1))
            .middleware(Field(0))
            .route(web::get().to(chain));
        App::new()
            .state(prices.clone())
            .state(taxes.clone())
            .state(stock.clone())
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

async fn json() -> HttpResponse {
    HttpResponse::Ok().json(&contract::greeting())
}

async fn user(id: Path<u64>) -> HttpResponse {
    HttpResponse::Ok().json(&contract::account(*id))
}

async fn echo(note: Json<Note>) -> HttpResponse {
    if note.validate().is_err() {
        return HttpResponse::UnprocessableEntity().finish();
    }
    HttpResponse::Ok().json(&*note)
}

async fn rows() -> HttpResponse {
    HttpResponse::Ok().json(&contract::rows())
}

/// In the bytes of ntex, which are a type of its own.
async fn cached() -> HttpResponse {
    static CACHED: LazyLock<Bytes> = LazyLock::new(|| Bytes::copy_from_slice(&contract::cached()));
    HttpResponse::Ok().content_type("application/json").body(CACHED.clone())
}

async fn large() -> HttpResponse {
    match web::block(|| Ok::<_, std::convert::Infallible>(contract::large())).await {
        Ok(rows) => HttpResponse::Ok().json(&rows),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn chain(prices: State<Arc<Prices>>, taxes: State<Arc<Taxes>>, stock: State<Arc<Stock>>) -> HttpResponse {
    HttpResponse::Ok().json(&contract::quote(&prices, &taxes, &stock))
}

/// Sets one field of the reply.
#[derive(Clone, Copy)]
struct Field(usize);

struct FieldService<S>(S, usize);

impl<S> Middleware<S, SharedCfg> for Field {
    type Service = FieldService<S>;

    fn create(&self, service: S, _: SharedCfg) -> FieldService<S> {
        FieldService(service, self.0)
    }
}

impl<S, E> Service<WebRequest<E>> for FieldService<S>
where
    S: Service<WebRequest<E>, Response = WebResponse, Error = Error>,
{
    type Response = WebResponse;
    type Error = Error;

    async fn call(&self, request: WebRequest<E>, ctx: ServiceCtx<'_, Self>) -> Result<WebResponse, Error> {
        let mut reply = ctx.call(&self.0, request).await?;
        let (name, value) = FIELDS[self.1];
        reply.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        Ok(reply)
    }
}
