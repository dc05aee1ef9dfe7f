//! What a balance, a split or a mirror may look at: the head of a request, borrowed.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, header};

/// The head of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) path: &'a str,
    /// What follows the question mark.
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    /// The client, behind whatever proxies are trusted; nothing behind a Unix socket.
    pub(crate) client: Option<IpAddr>,
}

impl<'a> Head<'a> {
    /// The first value of a header.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&'a [u8]> {
        self.headers.get(name).map(|value| value.as_bytes())
    }

    /// The first cookie of that name, without quotes around its value.
    pub(crate) fn cookie(&self, name: &str) -> Option<&'a [u8]> {
        let lines = self.headers.get_all(header::COOKIE).iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
        pairs.filter_map(pair).find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| unquoted(value))
    }

    /// The first value of a query parameter, as it was sent: neither side is decoded.
    pub(crate) fn query(&self, name: &str) -> Option<&'a [u8]> {
        let pairs = self.query?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_bytes())
    }
}

fn pair(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = pair.iter().position(|&byte| byte == b'=')?;
    Some((pair[..equals].trim_ascii(), pair[equals + 1..].trim_ascii()))
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_in_every_line_and_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; session=two ;b=3".parse().expect("a value"));
        headers.append(header::COOKIE, "id=\"x=y\"".parse().expect("a value"));
        let head = Head { path: "/", query: Some("a=1&id=%20&b"), headers: &headers, client: None };
        assert_eq!(head.cookie("session"), Some(&b"two"[..]));
        assert_eq!(head.cookie("id"), Some(&b"x=y"[..]));
        assert_eq!(head.cookie("ession"), None);
        assert_eq!(head.query("id"), Some(&b"%20"[..]));
        assert_eq!(head.query("b"), Some(&b""[..]));
    }
}
