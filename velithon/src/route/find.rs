//! From a request to its target: the path in its normal form, then the method.

use axum::extract::Request;
use http::Method;
use http_body::Body as _;
use hyper::ext::Protocol;

use super::fault::TargetFault;
use super::live::{Found, Live, NOT_FOUND, REFUSED, SERVER_OPTIONS};
use super::normal::{Shape, kept_places, merged, normalise};
use super::table::Captures;

impl Live {
    /// Finds the target of a request, whose URI has its path in normal form from here on.
    #[inline]
    pub(crate) fn find(&self, request: &mut Request) -> Found {
        let shape = normalise(request.uri_mut());
        if shape != Shape::Plain || is_special(request.method()) {
            return self.find_odd(request, shape);
        }
        match self.table.find(request.uri().path()) {
            Some(found) => found.value.found(request, request.uri().path(), found.captures),
            None => Found::NOTHING,
        }
    }

    /// Finds the target of a request that is not as most are.
    #[cold]
    fn find_odd(&self, request: &mut Request, shape: Shape) -> Found {
        let asked_to_tunnel = *request.method() == Method::CONNECT && request.extensions().get::<Protocol>().is_none();
        let fault = match shape {
            Shape::Faulty(fault) => Some(fault),
            Shape::Absent if *request.method() == Method::OPTIONS && request.uri() == "*" => {
                return Found::without_captures(SERVER_OPTIONS);
            }
            Shape::Absent if asked_to_tunnel => Some(TargetFault::Tunnel),
            Shape::Absent => Some(TargetFault::NoPath),
            Shape::Plain | Shape::Doubled if is_trace_with_content(request) => Some(TargetFault::TraceContent),
            Shape::Plain | Shape::Doubled => None,
        };
        if let Some(fault) = fault {
            request.extensions_mut().insert(fault);
            return Found::without_captures(REFUSED);
        }
        let declared_only = asked_to_tunnel || *request.method() == Method::TRACE;
        self.find_merged(request, declared_only)
    }

    /// Whether a path, as some servers would read it, leads to the target as well: dot segments resolved, and no handler
    /// in front of a gateway.
    #[cfg(feature = "gateway")]
    pub(crate) fn leads_to(&self, path: &str, target: usize) -> bool {
        let Ok(mut uri) = path.parse() else { return false };
        if !matches!(normalise(&mut uri), Shape::Plain | Shape::Doubled) {
            return false;
        }
        let merged = merged(uri.path());
        self.table.find(&merged).is_some_and(|found| found.value.leads_only_to(target))
    }

    /// Looks the merged path up; captures point into the path as it is, with its empty segments.
    fn find_merged(&self, request: &Request, declared_only: bool) -> Found {
        let path = request.uri().path();
        let merged = merged(path);
        let Some(found) = self.table.find(&merged) else { return Found::NOTHING };
        let found = match declared_only {
            true => Found { target: found.value.select_declared(request), captures: found.captures },
            false => found.value.found(request, &merged, found.captures),
        };
        let captures = found.captures.moved(&kept_places(path).collect::<Vec<_>>());
        Found { captures, ..found }
    }
}

impl Found {
    const NOTHING: Self = Self::without_captures(NOT_FOUND);

    const fn without_captures(target: usize) -> Self {
        Self { target, captures: Captures::NONE }
    }
}

/// Methods that are about the connection, and reach a handler only by their name.
#[inline]
fn is_special(method: &Method) -> bool {
    *method == Method::CONNECT || *method == Method::TRACE
}

fn is_trace_with_content(request: &Request) -> bool {
    *request.method() == Method::TRACE && !request.body().is_end_stream()
}
