//! Which middleware exist in this application, and in which order they run.

use http::Method;

use super::{Input, Off, holds};
use crate::fault::Fault;
use crate::middleware::MiddlewareRecord;
use crate::middleware::chain::Check;
use crate::middleware::order::{Ranked, solve};
use crate::route::Pattern;

pub(super) fn order(input: &Input<'_>, off: &mut Vec<Off>, faults: &mut Vec<Fault>) -> Vec<Ranked> {
    let declared = input.records.middleware.iter().copied().chain(&input.additions.middleware);
    let ranked = declared
        .filter(|record| {
            let what = || format!("middleware `{}`", record.name);
            holds(record.when, what, record.origin, input.config, off, faults)
        })
        .cloned()
        .collect::<Vec<_>>();
    let ranked: Vec<Ranked> =
        ranked.into_iter().map(|record| Ranked { check: check(&record, faults), record }).collect();
    solve(ranked.clone()).unwrap_or_else(|found| {
        faults.extend(found);
        // In no order; what else is wrong with them is still to be found.
        ranked
    })
}

fn check(record: &MiddlewareRecord, faults: &mut Vec<Fault>) -> Check {
    let mut patterns = |texts: &[&str]| {
        let mut parsed = Vec::new();
        for text in texts {
            match Pattern::parse(text) {
                Ok(pattern) => parsed.push(pattern),
                Err(error) => faults.push(
                    Fault::new(format!("`{text}` is no path pattern: {error}"))
                        .at(record.origin, format!("of the middleware `{}`", record.name)),
                ),
            }
        }
        parsed
    };
    let paths = patterns(record.paths);
    let except = patterns(record.except);
    let mut methods: Vec<Method> =
        record.methods.iter().filter_map(|method| Method::from_bytes(method.as_bytes()).ok()).collect();
    // The handler of GET also serves HEAD, which must not be a way around its middleware.
    if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
        methods.push(Method::HEAD);
    }
    Check { paths, except, methods }
}
