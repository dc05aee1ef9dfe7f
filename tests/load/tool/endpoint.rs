//! What is asked of every peer.

use clap::ValueEnum;
use velithon_load::contract;

/// One measured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Endpoint {
    /// 13 bytes of text.
    Plaintext,
    /// A small object.
    Json,
    /// A number from the path, an object of four fields.
    Users,
    /// 1 KiB of JSON read, checked and written.
    Echo,
    /// 100 rows.
    Rows,
    /// A small object that was encoded at start.
    Cached,
    /// Three middleware and three shared values.
    Chain,
}

impl Endpoint {
    /// The name in tables and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Json => "json",
            Self::Users => "users",
            Self::Echo => "echo",
            Self::Rows => "rows",
            Self::Cached => "cached",
            Self::Chain => "chain",
        }
    }

    /// Method and path.
    pub(crate) fn line(self) -> (&'static str, &'static str) {
        match self {
            Self::Plaintext => ("GET", "/plaintext"),
            Self::Json => ("GET", "/json"),
            Self::Users => ("GET", "/users/42"),
            Self::Echo => ("POST", "/echo"),
            Self::Rows => ("GET", "/rows"),
            Self::Cached => ("GET", "/cached"),
            Self::Chain => ("GET", "/chain"),
        }
    }

    /// The body it is sent with.
    pub(crate) fn body(self) -> Vec<u8> {
        if self == Self::Echo { contract::note() } else { Vec::new() }
    }

    /// The request as it goes over the wire.
    pub(crate) fn request(self) -> Vec<u8> {
        let (method, path) = self.line();
        let body = self.body();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n").into_bytes();
        if !body.is_empty() {
            let fields = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            request.extend_from_slice(fields.as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(&body);
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_echoed_note_is_one_kibibyte() {
        assert_eq!(Endpoint::Echo.body().len(), 1024);
    }

    #[test]
    fn a_request_with_a_body_says_how_long_it_is() {
        let request = String::from_utf8(Endpoint::Echo.request()).unwrap();
        assert!(request.contains("content-length: 1024\r\n\r\n{"));
    }
}
