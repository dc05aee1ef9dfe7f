//! The two places where sonic-rs accepts a text but not as serde_json does, found by the differential test.
//!
//! sonic-rs reads a negative zero as a positive one, and does not check the digits of `\u` in a string that nobody
//! reads. Both are rare and can be seen in the text alone; a document that may hold one is read by serde_json.

use memchr::memchr_iter;

/// Whether sonic-rs may read this text differently from serde_json. A false alarm costs time, nothing else.
pub(super) fn has_any(json: &[u8]) -> bool {
    has_bad_escape(json) || has_negative_zero(json)
}

fn has_bad_escape(json: &[u8]) -> bool {
    memchr_iter(b'\\', json).filter(|at| json.get(at + 1) == Some(&b'u')).any(|at| {
        let digits = json.get(at + 2..at + 6);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

fn has_negative_zero(json: &[u8]) -> bool {
    memchr_iter(b'-', json)
        .filter(|at| json.get(at + 1) == Some(&b'0'))
        .any(|at| starts_a_number(json, at) && is_zero(&json[at + 1..]))
}

/// `-0` is common inside dates, where a digit stands before it.
fn starts_a_number(json: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| !json[before].is_ascii_alphanumeric())
}

/// Whether the mantissa that begins here has only zeros; the exponent changes nothing.
fn is_zero(mantissa: &[u8]) -> bool {
    let end = mantissa.iter().find(|byte| !matches!(byte, b'0' | b'.'));
    end.is_none_or(|byte| !byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_documents_have_none() {
        for text in [r#"{"day": "2024-01-05", "at": [-0.5, -10, 0]}"#, r#"["\u00e9", "a-0b"]"#, ""] {
            assert!(!has_any(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_negative_zero_is_seen() {
        for text in ["-0", "[-0.0]", "[1,-0e7]", "{\"a\":-0}", "-0.000"] {
            assert!(has_any(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn an_escape_without_four_digits_is_seen() {
        for text in [r#""\u12""#, r#""\uD}83""#, r"\u"] {
            assert!(has_any(text.as_bytes()), "{text}");
        }
    }
}
