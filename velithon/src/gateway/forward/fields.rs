//! Heads for tests.

use http::{HeaderMap, HeaderName, HeaderValue};

/// These fields, in their order; a name may come more than once.
pub(super) fn fields(fields: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    map
}
