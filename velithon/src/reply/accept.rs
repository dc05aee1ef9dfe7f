//! Whether a client would rather see a page than a document (RFC 9110, section 12.5.1).
//!
//! Only the two forms of a problem are compared; nothing here is general content negotiation.

use http::HeaderValue;

/// Whether `accept` gives HTML more weight than JSON. Without the field, or with equal weights, JSON it is.
pub(super) fn prefers_html(accept: Option<&HeaderValue>) -> bool {
    let Some(ranges) = accept.and_then(|value| value.to_str().ok()) else { return false };
    let html = weight(ranges, &["text/html", "text/*", "*/*"]);
    let json = [
        weight(ranges, &["application/problem+json", "application/*", "*/*"]),
        weight(ranges, &["application/json", "application/*", "*/*"]),
    ];
    html > json[0].max(json[1])
}

/// The weight in thousandths of the first range, from specific to general, that the field names.
fn weight(ranges: &str, from_specific: &[&str]) -> u16 {
    from_specific.iter().find_map(|wanted| ranges.split(',').find_map(|range| weight_of(range, wanted))).unwrap_or(0)
}

fn weight_of(range: &str, wanted: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(weight.map_or(1000, thousandths))
}

/// A weight has at most three decimals; one that cannot be read counts as none.
fn thousandths(weight: &str) -> u16 {
    match weight.trim().parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u16,
        _ => 0,
    }
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
    fn a_weight_that_is_none_counts_nothing() {
        check("text/html;q=NaN", false);
        check("text/html;q=5", false);
    }
}
