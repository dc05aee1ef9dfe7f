//! Counts and measures requests; on where metrics are mounted.
//!
//! It notes that the request is measured and gets out of the way: duration, status and sizes are known at the end, which
//! the edge of the application tells.

use std::any::TypeId;

use axum::extract::Request;

use super::record;
use crate::middleware::{METRICS, MiddlewareRecord, Next, Ordered, Run};

/// Counts and measures requests, in the band [`METRICS`].
#[expect(non_camel_case_types, reason = "named as a function marked `#[middleware]` would be")]
#[derive(Debug)]
pub enum http_metrics {}

impl Ordered for http_metrics {
    const PRIORITY: Option<i32> = Some(METRICS);
}

pub(crate) const RECORD: MiddlewareRecord =
    record("http_metrics", METRICS, TypeId::of::<http_metrics>, Run::Observer(run));

fn run(mut request: Request, next: &Next) -> Request {
    let exchange = &next.exchange;
    if let (Some(notes), Some(requests)) = (&exchange.notes, &exchange.live.requests) {
        notes.measured.get_or_init(|| requests.begin(exchange.target, request.method()));
        request = notes.count(request);
    }
    request
}
