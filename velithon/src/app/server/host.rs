//! Whether a text names a host: what `Host` and the authority of a target may hold.

use std::net::Ipv6Addr;

use http::uri::{Authority, Scheme};

/// Whether this may stand in `Host`: a name or an address, perhaps a port, or nothing (RFC 9110, section 7.2; RFC 3986,
/// section 3.2).
///
/// A comma is refused though a name may hold one: two `Host` fields that somebody joined look like that.
#[inline]
pub(super) fn is_host(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| is_plain(**byte)).count();
    match &text[name..] {
        [] => true,
        [b':', port @ ..] if name > 0 => is_port(port),
        _ => is_odd_host(text),
    }
}

/// What nearly all names and addresses are made of: looked up, at half of what comparing costs every request.
#[inline]
fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'-' | b'_');
        byte += 1;
    }
    plain
};

#[inline]
fn is_port(digits: &[u8]) -> bool {
    let value = |sum: u32, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'));
    digits.len() <= 5 && digits.iter().try_fold(0, value).is_some_and(|port| port <= u32::from(u16::MAX))
}

/// Brackets, percent-encoding, and the other characters that a name may have.
#[cold]
fn is_odd_host(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = port.strip_prefix(':').unwrap_or(port);
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port.as_bytes());
    }
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    !name.is_empty() && is_name(name.as_bytes()) && is_port(port.as_bytes())
}

/// A registered name (RFC 3986, section 3.2.2).
fn is_name(mut name: &[u8]) -> bool {
    while let [byte, behind @ ..] = name {
        name = match (byte, behind) {
            (b'%', [high, low, rest @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            _ if is_plain(*byte) || b"~!$&'()*+;=".contains(byte) => behind,
            _ => return false,
        };
    }
    true
}

/// Whether an authority and a `Host` beside it mean the same (RFC 9113, section 8.3.1).
pub(super) fn is_same(authority: &Authority, host: &[u8], scheme: Option<&Scheme>) -> bool {
    let default = match scheme.map(Scheme::as_str) {
        Some("https") => ":443",
        _ => ":80",
    };
    let plain = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_suffix(default).or(text.strip_suffix(':')).unwrap_or(&text).to_owned()
    };
    str::from_utf8(host).is_ok_and(|host| plain(authority.as_str()) == plain(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_with_and_without_ports_are_hosts() {
        for host in ["", "x", "shop.example", "a_b-c", "127.0.0.1:8000", "x:", "[::1]", "[::1]:80", "x%20y", "a+b"] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_told() {
        let none = [
            "a b", "a/b", "u@h", "a,b", "[::1", "::1", ":80", "x:y", "x:65536", "x:000080", "[x]", "[::1]x", "x%2",
            "a\\b", "a?b", "é", "x:80:80",
        ];
        for host in none {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn case_and_the_port_of_the_scheme_make_no_difference() {
        let same = |authority: &str, host: &str, scheme: Scheme| {
            is_same(&authority.parse().unwrap(), host.as_bytes(), Some(&scheme))
        };
        assert!(same("Shop.example", "shop.example:443", Scheme::HTTPS));
        assert!(same("shop.example:80", "shop.example", Scheme::HTTP));
        assert!(!same("shop.example:443", "shop.example", Scheme::HTTP));
        assert!(!same("shop.example", "evil.example", Scheme::HTTPS));
    }
}
