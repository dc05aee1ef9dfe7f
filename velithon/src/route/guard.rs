//! What tells apart several handlers of one method and path: the media type a client accepts, or a field's value.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::record::RouteOptions;
use crate::reply::accept::weight;

/// The guards of one route; all must fit.
pub(crate) struct Guard {
    accept: Option<&'static str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Guard {
    /// The guard of a route, when it has one.
    pub(crate) fn of(options: &RouteOptions) -> Option<Self> {
        let header = options.header.and_then(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        });
        (options.accept.is_some() || header.is_some()).then_some(Self { accept: options.accept, header })
    }

    pub(crate) fn fits(&self, headers: &HeaderMap) -> bool {
        self.fits_but_for_media(headers) && self.accept.is_none_or(|media| accepts(headers, media))
    }

    /// Whether it fits a client that accepts anything.
    pub(crate) fn fits_but_for_media(&self, headers: &HeaderMap) -> bool {
        self.header.as_ref().is_none_or(|(name, value)| headers.get_all(name).iter().any(|v| v == value))
    }
}

/// Whether the client takes `media`; one that says nothing takes anything.
fn accepts(headers: &HeaderMap, media: &str) -> bool {
    weight(headers.get_all(header::ACCEPT), media).is_none_or(|weight| weight > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_client_that_says_nothing_takes_anything() {
        assert!(accepts(&HeaderMap::new(), "application/json"));
    }

    #[test]
    fn a_wider_range_takes_what_a_narrower_one_does_not_refuse() {
        assert!(accepts(&with_accept("text/html, */*;q=0.1"), "application/json"));
        assert!(accepts(&with_accept("application/*"), "application/json"));
        assert!(!accepts(&with_accept("text/html"), "application/json"));
    }

    #[test]
    fn the_closest_range_decides() {
        assert!(!accepts(&with_accept("*/*, application/json;q=0"), "application/json"));
    }
}
