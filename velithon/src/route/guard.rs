//! What tells apart several handlers of one method and path: the media type a client accepts, or a field's value.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::record::RouteOptions;

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

/// Whether the client takes `media` (RFC 9110, section 12.5.1): the most specific range that fits decides, `q=0` refuses.
fn accepts(headers: &HeaderMap, media: &str) -> bool {
    let mut ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() {
        return true;
    }
    let best = ranges
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let rank = rank(parts.next()?, media)?;
            let refused = parts
                .filter_map(|parameter| parameter.strip_prefix("q="))
                .any(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
            Some((rank, !refused))
        })
        .max_by_key(|(rank, _)| *rank);
    best.is_some_and(|(_, wanted)| wanted)
}

/// How closely a media range names `media`: exactly, by its type, or by `*/*`.
fn rank(range: &str, media: &str) -> Option<u8> {
    let kind = |text: &str| text.split('/').next().map(str::to_ascii_lowercase);
    if range.eq_ignore_ascii_case(media) {
        Some(2)
    } else if range.ends_with("/*") && range != "*/*" {
        (kind(range) == kind(media)).then_some(1)
    } else {
        (range == "*/*").then_some(0)
    }
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
