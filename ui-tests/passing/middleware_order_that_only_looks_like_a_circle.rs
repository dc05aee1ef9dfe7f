//! `after` and `before` are two kinds of rule: a path that follows both may come back and still be an order.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![forbid(unsafe_code)]

use velithon::prelude::*;

#[middleware(before = third)]
async fn first(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = first)]
async fn second(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(after = second)]
async fn third(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn main() {}
