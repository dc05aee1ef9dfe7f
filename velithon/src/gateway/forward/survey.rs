//! One look over the fields of a head, for what needs a closer one.
//!
//! Nearly every head has none of it, and asking a map for a name that is not there costs ten times a look at one that is.

use http::{HeaderMap, HeaderValue};

/// What a head has beside fields that simply pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Fields of one connection: `Connection`, what it names by itself, and their like.
    pub(super) connection: bool,
    /// Claims about who asks: `Forwarded`, `X-Forwarded-*`, `X-Real-IP`, under any spelling.
    pub(super) claims: bool,
    pub(super) via: bool,
    pub(super) trailer: bool,
    pub(super) transfer_encoding: bool,
    /// A length that is not one number, said once.
    pub(super) odd_length: bool,
    has_length: bool,
    /// `Content-Type: application/grpc`, with or without what may follow.
    pub(super) grpc: bool,
    /// `Content-Type: text/event-stream`.
    pub(crate) event_stream: bool,
}

impl Survey {
    /// Looks over the fields.
    #[inline]
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut survey = Self::default();
        for (name, value) in headers {
            survey.note(name.as_str().as_bytes(), value);
        }
        survey
    }

    #[inline]
    fn note(&mut self, name: &[u8], value: &HeaderValue) {
        // The first letter settles it for most.
        match name {
            [b'c', b'o', b'n', rest @ ..] => self.note_content(rest, value),
            [b't', rest @ ..] => self.note_transfer(rest),
            [b'x', b'-' | b'_', ..] | [b'f', b'o', ..] => self.claims |= is_claim(name),
            [b'v', rest @ ..] => self.via |= rest == b"ia",
            [b'u', rest @ ..] => self.connection |= rest == b"pgrade",
            [b'k', rest @ ..] => self.connection |= rest == b"eep-alive",
            [b'p', rest @ ..] => self.connection |= rest.starts_with(b"roxy-"),
            [b'h', b't', rest @ ..] => self.connection |= rest == b"tp2-settings",
            _ => {}
        }
    }

    fn note_content(&mut self, rest: &[u8], value: &HeaderValue) {
        match rest {
            b"nection" => self.connection = true,
            b"tent-length" => {
                self.odd_length |= self.has_length || !value.as_bytes().iter().all(u8::is_ascii_digit);
                self.has_length = true;
            }
            b"tent-type" => match value.as_bytes() {
                [b'a', rest @ ..] => self.grpc |= rest.starts_with(b"pplication/grpc"),
                value => self.event_stream |= is_event_stream(value),
            },
            _ => {}
        }
    }

    fn note_transfer(&mut self, rest: &[u8]) {
        match rest {
            b"e" => self.connection = true,
            b"railer" => self.trailer = true,
            b"ransfer-encoding" => (self.connection, self.transfer_encoding) = (true, true),
            _ => {}
        }
    }
}

fn is_event_stream(value: &[u8]) -> bool {
    value.get(..17).is_some_and(|start| start.eq_ignore_ascii_case(b"text/event-stream"))
}

/// Whether a field says for whom somebody asks; some servers read `x_forwarded_for` as it.
pub(super) fn is_claim(name: &[u8]) -> bool {
    match name {
        [b'f', ..] => name == b"forwarded",
        [b'x', b'-' | b'_', rest @ ..] => {
            let rest = rest.iter().map(|byte| if *byte == b'_' { b'-' } else { *byte });
            rest.clone().take(9).eq(*b"forwarded") || rest.eq(*b"real-ip")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn of(name: &'static str, value: &'static str) -> Survey {
        let fields = [(HeaderName::from_static(name), HeaderValue::from_static(value))];
        Survey::of(&fields.into_iter().collect())
    }

    #[test]
    fn every_field_of_a_connection_is_seen() {
        for name in ["connection", "keep-alive", "te", "upgrade", "proxy-connection", "http2-settings"] {
            assert!(of(name, "x").connection, "{name}");
        }
        assert!(of("proxy-authorization", "x").connection && of("transfer-encoding", "chunked").connection);
    }

    #[test]
    fn what_passes_is_not_taken_for_what_does_not() {
        for name in ["cookie", "accept", "x-realm", "upgrade-insecure-requests", "text", "content-encoding", "forward"]
        {
            assert_eq!(of(name, "x"), Survey::default(), "{name}");
        }
        assert_eq!(of("content-type", "text/html"), Survey::default());
        assert!(!of("content-length", "12").odd_length);
    }

    #[test]
    fn one_length_in_digits_is_as_it_should_be() {
        for odd in ["5, 5", "", "+2", "0x2"] {
            assert_eq!(of("content-length", odd).odd_length, !odd.is_empty(), "{odd}");
        }
        let mut twice = HeaderMap::new();
        twice.append("content-length", HeaderValue::from_static("5"));
        twice.append("content-length", HeaderValue::from_static("5"));
        assert!(Survey::of(&twice).odd_length);
    }

    #[test]
    fn media_types_are_told_by_their_beginning() {
        assert!(of("content-type", "application/grpc+proto").grpc);
        assert!(of("content-type", "Text/Event-Stream; charset=utf-8").event_stream);
    }
}
