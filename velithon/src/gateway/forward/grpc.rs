//! What is different about a call of gRPC: its limit is the client's own, and its errors are told in its way.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};

const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// A call of gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// How long the client waits.
    pub(crate) timeout: Option<Duration>,
}

/// The call that the head of one is.
#[cold]
pub(crate) fn call(headers: &HeaderMap) -> Call {
    Call { timeout: headers.get(TIMEOUT).and_then(timeout) }
}

/// Whether a head is that of a call.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// `100m`: at most eight digits and a unit (the gRPC protocol over HTTP/2, "Requests").
fn timeout(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let amount = digits.parse::<u64>().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        let read = |text| timeout(&HeaderValue::from_static(text));
        assert_eq!(read("100m"), Some(Duration::from_millis(100)));
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        for wrong in ["", "S", "2", "2s", "123456789S", "-1S"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
