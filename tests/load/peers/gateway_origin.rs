//! The upstream of every proxy that is measured: replies of known length, and a place that reads what it is sent.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use velithon_load::{address, tuned};

static BYTES: [u8; 1 << 20] = [b'x'; 1 << 20];

fn main() -> std::io::Result<()> {
    tuned::serve(address(), || service_fn(answer))
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let length = match (request.method(), request.uri().path()) {
        (&Method::POST, _) => return Ok(read(request).await),
        (_, "/64k") => 64 << 10,
        (_, "/1m") => 1 << 20,
        _ => 1 << 10,
    };
    Ok(Response::new(Full::new(Bytes::from_static(&BYTES[..length]))))
}

/// Reads the body, frame by frame, and answers with two bytes.
async fn read(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        if frame.is_err() {
            let mut reply = Response::default();
            *reply.status_mut() = StatusCode::BAD_REQUEST;
            return reply;
        }
    }
    Response::new(Full::new(Bytes::from_static(b"ok")))
}
