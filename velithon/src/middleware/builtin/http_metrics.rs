//! Counts and measures requests; on where metrics are mounted.
//!
//! It notes that the request is measured and gets out of the way: duration, status and sizes are known at the end, which
//! the edge of the application tells.

use std::any::TypeId;

use axum::extract::Request;
use axum::response::Response;

use super::record;
use crate::inject::BoxFuture;
use crate::middleware::{METRICS, MiddlewareRecord, Next, Ordered, chain};

/// Counts and measures requests, in the band [`METRICS`].
#[expect(non_camel_case_types, reason = "named as a function marked `#[middleware]` would be")]
#[derive(Debug)]
pub enum http_metrics {}

impl Ordered for http_metrics {
    const PRIORITY: Option<i32> = Some(METRICS);
}

pub(crate) const RECORD: MiddlewareRecord = record("http_metrics", METRICS, TypeId::of::<http_metrics>, run);

fn run(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    let exchange = &next.exchange;
    if let (Some(notes), Some(requests)) = (&exchange.notes, &exchange.live.requests) {
        notes.measured.get_or_init(|| requests.begin(exchange.target, request.method()));
        request = notes.count(request);
    }
    chain::run(next, request)
}
