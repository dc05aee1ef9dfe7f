//! The page that a scraper reads, and who may read it.
//!
//! A program on the same machine that speaks to the server directly may; everybody else is told that there is no such
//! page. A forwarding field means that somebody else is behind the peer.

use axum::response::IntoResponse;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::encode::Format;
use super::facade::Metrics;
use crate::inject::{Ask, BoxFuture, Dependency, Inject, Provide};
use crate::peer::Address;
use crate::reply::accept::weight;
use crate::reply::{Problem, Response};
use crate::route::{Call, Rejected, blocking, serve};

/// What the page asks of injection.
pub(crate) const DEPENDENCIES: &[Dependency] = &[Dependency { key: || Some(Metrics::key()), ask: Ask::Inject }];

/// Answers a scrape.
pub(crate) fn scrape(call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    if !may_read(call.peer(), call.headers()) {
        return Err(Rejected::new(Problem::new(StatusCode::NOT_FOUND)));
    }
    let metrics: Inject<Metrics> = Inject::from_object(call.object(0)?);
    let format = format(call.headers());
    // Thousands of series take milliseconds to write, and other requests wait on this thread.
    serve(blocking(move || metrics.text(format)), move |text| match text {
        Ok(Ok(text)) => ([(CONTENT_TYPE, format.content_type())], text).into_response(),
        Ok(Err(error)) => error.into_response(),
        Err(panicked) => panicked,
    })
}

/// Whether the peer is a program on this machine, and nobody is behind it.
pub(crate) fn may_read(peer: &Address, headers: &HeaderMap) -> bool {
    peer.ip().is_some_and(|ip| ip.is_loopback()) && !headers.keys().any(|name| forwards(name.as_str()))
}

fn forwards(field: &str) -> bool {
    const SINGLE: [&str; 7] =
        ["forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-cluster-client-ip"];
    field.starts_with("x-forwarded") || SINGLE.contains(&field)
}

/// OpenMetrics, unless the scraper likes plain text better.
fn format(headers: &HeaderMap) -> Format {
    let weight = |media| weight(headers.get_all(ACCEPT), media);
    match weight("application/openmetrics-text") >= weight("text/plain") {
        true => Format::OpenMetrics,
        false => Format::Prometheus,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[track_caller]
    fn check(accept: &'static str, expected: Format) {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        assert_eq!(format(&headers), expected, "{accept}");
    }

    #[test]
    fn a_scraper_gets_the_format_it_likes_best() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1";
        check(prometheus, Format::OpenMetrics);
        check("text/plain;version=0.0.4;q=1,*/*;q=0.1", Format::Prometheus);
        check("application/openmetrics-text;q=0.2, text/plain;q=0.9", Format::Prometheus);
        check("text/html, */*;q=0.8", Format::OpenMetrics);
        assert_eq!(format(&HeaderMap::new()), Format::OpenMetrics);
    }

    #[test]
    fn only_a_direct_neighbour_may_read() {
        let peer = |text: &str| Address::Tcp(text.parse().unwrap());
        let with =
            |name: &'static str| HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static("x"))]);
        let none = HeaderMap::new();
        assert!(may_read(&peer("127.0.0.1:5"), &none) && may_read(&peer("[::1]:5"), &none));
        assert!(!may_read(&peer("10.0.0.1:5"), &none));
        assert!(!may_read(&Address::Unix(None), &none));
        for field in ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"] {
            assert!(!may_read(&peer("127.0.0.1:5"), &with(field)), "{field}");
        }
    }
}
