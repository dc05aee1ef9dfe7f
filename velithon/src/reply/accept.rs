//! The field `Accept`: what weight a client gives a media type (RFC 9110, section 12.5.1).
//!
//! The one reader of it, for problems as pages, for guards of routes and for the page of metrics. Parameters of a range other
//! than its weight count for nothing here: none of them tells two forms of ours apart.

use http::HeaderValue;

/// The weight in thousandths that the most specific range naming `media` gives it; 0 where none does, or one refuses it.
///
/// Nothing when the client says nothing.
pub(crate) fn weight<'a>(fields: impl IntoIterator<Item = &'a HeaderValue>, media: &str) -> Option<u16> {
    let mut fields = fields.into_iter().filter_map(|value| value.to_str().ok()).peekable();
    fields.peek()?;
    let named = fields.flat_map(|value| value.split(',')).filter_map(|range| weight_of(range, media)).max();
    Some(named.map_or(0, |(_, weight)| weight))
}

/// How closely a range names `media`, and the weight it gives.
fn weight_of(range: &str, media: &str) -> Option<(u8, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let closeness = closeness(parts.next()?, media)?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((closeness, weight.map_or(1000, thousandths)))
}

/// Exactly, by its type, or by `*/*`.
fn closeness(range: &str, media: &str) -> Option<u8> {
    if range.eq_ignore_ascii_case(media) {
        return Some(2);
    }
    if range == "*/*" {
        return Some(0);
    }
    let kind = range.strip_suffix("/*")?;
    media.split_once('/').is_some_and(|(own, _)| own.eq_ignore_ascii_case(kind)).then_some(1)
}

/// A weight has at most three decimals; one that cannot be read counts as none.
fn thousandths(weight: &str) -> u16 {
    match weight.trim().parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u16,
        _ => 0,
    }
}

/// Whether `accept` gives HTML more weight than JSON. Without the field, or with equal weights, JSON it is.
pub(super) fn prefers_html(accept: Option<&HeaderValue>) -> bool {
    let of = |media| weight(accept, media);
    of("text/html") > of("application/problem+json").max(of("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &'static str, html: bool) {
        assert_eq!(prefers_html(Some(&HeaderValue::from_static(accept))), html, "{accept}");
    }

    #[test]
    fn a_browser_gets_a_page() {
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true);
    }

    #[test]
    fn without_a_preference_it_is_json() {
        assert!(!prefers_html(None));
        check("*/*", false);
        check("text/html, application/json", false);
        check("", false);
    }

    #[test]
    fn weights_decide() {
        check("application/json;q=0.5, text/html;q=0.6", true);
        check("application/problem+json;q=0.7, text/html;q=0.6", false);
        check("text/*;q=0.3, application/*;q=0.2", true);
        check("TEXT/HTML ; level=1 ; q=0.2", true);
    }

    #[test]
    fn a_specific_range_beats_a_general_one() {
        check("text/html;q=0, */*", false);
        check("*/*, application/problem+json;q=0.1, application/json;q=0.1", true);
    }

    #[test]
    fn the_fields_of_a_request_are_one_list() {
        let fields = ["text/plain;q=0.3", "text/*, */*;q=0.1"].map(HeaderValue::from_static);
        assert_eq!(weight(&fields, "text/plain"), Some(300));
        assert_eq!(weight(&fields, "text/csv"), Some(1000));
        assert_eq!(weight(&fields, "image/png"), Some(100));
        assert_eq!(weight(&fields[..1], "image/png"), Some(0));
        assert_eq!(weight(&[], "image/png"), None);
    }

    #[test]
    fn a_weight_that_is_none_counts_nothing() {
        check("text/html;q=NaN", false);
        check("text/html;q=5", false);
    }
}
