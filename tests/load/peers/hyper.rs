//! The service on hyper alone: no router, no extractor, the least that HTTP can cost with these handlers.

use std::convert::Infallible;
use std::future::Future;

use bytes::Bytes;
use garde::Validate;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use serde::Serialize;
use velithon_load::contract::{self, FIELDS, Note};
use velithon_load::{address, tuned};

type Reply = Response<Full<Bytes>>;

fn main() -> std::io::Result<()> {
    tuned::serve(address(), || service_fn(answer))
}

async fn answer(request: Request<Incoming>) -> Result<Reply, Infallible> {
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/plaintext") => plaintext(),
        (&Method::GET, "/json") => json(&contract::greeting()),
        (&Method::POST, "/echo") => echo(request).await,
        (&Method::GET, "/rows") => json(&contract::rows()),
        (&Method::GET, "/cached") => typed("application/json", contract::cached()),
        (&Method::GET, "/large") => large().await,
        (&Method::GET, "/chain") => outer(middle(inner(chain()))).await,
        (&Method::GET, path) => user(path),
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    })
}

fn plaintext() -> Reply {
    typed("text/plain; charset=utf-8", Bytes::from_static(contract::HELLO.as_bytes()))
}

fn user(path: &str) -> Reply {
    match path.strip_prefix("/users/").and_then(|id| id.parse().ok()) {
        Some(id) => json(&contract::account(id)),
        None => empty(StatusCode::NOT_FOUND),
    }
}

async fn echo(request: Request<Incoming>) -> Reply {
    let Ok(body) = request.into_body().collect().await else { return empty(StatusCode::BAD_REQUEST) };
    let Ok(note) = serde_json::from_slice::<Note>(&body.to_bytes()) else { return empty(StatusCode::BAD_REQUEST) };
    if note.validate().is_err() {
        return empty(StatusCode::UNPROCESSABLE_ENTITY);
    }
    json(&note)
}

async fn large() -> Reply {
    match tokio::task::spawn_blocking(contract::large).await {
        Ok(rows) => json(&rows),
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn chain() -> Reply {
    json(&contract::quote(&contract::PRICES, &contract::TAXES, &contract::STOCK))
}

async fn inner(next: impl Future<Output = Reply>) -> Reply {
    with_field(next.await, 0)
}

async fn middle(next: impl Future<Output = Reply>) -> Reply {
    with_field(next.await, 1)
}

async fn outer(next: impl Future<Output = Reply>) -> Reply {
    with_field(next.await, 2)
}

fn with_field(mut reply: Reply, position: usize) -> Reply {
    let (name, value) = FIELDS[position];
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
    reply
}

fn json(value: &impl Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed("application/json", bytes.into()),
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn typed(media_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply
}

fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}
