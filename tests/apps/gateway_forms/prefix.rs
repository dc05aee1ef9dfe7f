//! Gateways without code: what a struct with an attribute does.

use velithon::prelude::*;

use crate::Origin;

#[gateway("/plain", upstream = Origin)]
struct Plain;

#[gateway("/api", upstream = Origin, strip_prefix,
          request(set("x-tenant", "{header.host}"), remove("x-internal"), query_remove("debug")),
          response(remove("server"), set("x-by", "gateway")))]
struct Api;

/// A handler below the prefix owns its method; the others of its path are the upstream's.
#[get("/api/own")]
async fn own() -> &'static str {
    "own"
}

#[gateway("/{tenant}/orders", upstream = Origin, rewrite = "/v2/{tenant}/{path}")]
struct Orders;

#[gateway("/read", upstream = Origin, methods = [GET])]
struct Read;

/// Marks the requests that it saw.
#[middleware(path = "/plain/**")]
async fn mark(request: Request, next: Next) -> Response {
    let mut reply = next.run(request).await;
    reply.headers_mut().insert("x-marked", axum::http::HeaderValue::from_static("yes"));
    reply
}
