//! The fields by which a proxy says for whom it speaks: what a stranger wrote goes out, ours goes in.

use std::cell::RefCell;
use std::fmt::Write;
use std::net::IpAddr;

use bytes::{BufMut, BytesMut};
use http::header::{FORWARDED, HOST, HeaderName, HeaderValue, VIA};
use http::{HeaderMap, Version};

use super::survey::{Survey, is_claim};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST_FIELD: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Our name in `Via`.
const NAME: &str = "velithon";

/// For whom a request is forwarded.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    /// The address of the peer; nothing for a Unix socket.
    pub(crate) peer: Option<IpAddr>,
    /// Whether the peer may speak for others.
    pub(crate) trusted: bool,
    /// Whether the client's side is encrypted.
    pub(crate) secure: bool,
    /// The host that the client asked for, with its port.
    pub(crate) host: Option<&'a HeaderValue>,
    /// What was taken off the front of the path.
    pub(crate) prefix: Option<&'a HeaderValue>,
    /// Whether RFC 7239's field is written too.
    pub(crate) forwarded: bool,
}

/// Writes `X-Forwarded-*`, and `Forwarded` where asked; keeps what is there only from a trusted peer.
pub(crate) fn write(headers: &mut HeaderMap, origin: &Origin<'_>, survey: Survey) {
    if survey.claims && !origin.trusted {
        remove(headers);
    }
    append_peer(headers, origin);
    let scheme = if origin.secure { "https" } else { "http" };
    let keeps = survey.claims && origin.trusted;
    let new = |headers: &HeaderMap, name: &HeaderName| !(keeps && headers.contains_key(name));
    if new(headers, &PROTO) {
        headers.insert(PROTO, HeaderValue::from_static(scheme));
    }
    if let Some(host) = origin.host {
        if new(headers, &PORT) {
            headers.insert(PORT, port(host, origin.secure));
        }
        if new(headers, &HOST_FIELD) {
            headers.insert(HOST_FIELD, host.clone());
        }
    }
    if let Some(prefix) = origin.prefix {
        headers.insert(PREFIX, prefix.clone());
    }
    if origin.forwarded {
        append_forwarded(headers, origin, scheme);
    }
}

/// Takes out everything of the kind.
#[cold]
fn remove(headers: &mut HeaderMap) {
    let claims = headers.keys().filter(|name| is_claim(name.as_str().as_bytes()));
    let names: Vec<HeaderName> = claims.cloned().collect();
    names.into_iter().for_each(|name| drop(headers.remove(name)));
}

fn append_peer(headers: &mut HeaderMap, origin: &Origin<'_>) {
    let Some(peer) = origin.peer else { return };
    let value = match origin.trusted.then(|| joined(headers, &FOR)).flatten() {
        Some(before) => value(|text| {
            let _ = write!(text, "{before}, {peer}");
        }),
        None => address(peer),
    };
    headers.insert(FOR, value);
}

/// All lines of a field as one.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn append_forwarded(headers: &mut HeaderMap, origin: &Origin<'_>, scheme: &str) {
    let before = joined(headers, &FORWARDED);
    let line = value(|text| {
        if let Some(before) = before {
            let _ = write!(text, "{before}, ");
        }
        // An IPv6 address needs brackets, and those need quotes (RFC 7239, section 6).
        let _ = match origin.peer {
            Some(IpAddr::V6(ip)) => write!(text, "for=\"[{ip}]\""),
            Some(IpAddr::V4(ip)) => write!(text, "for={ip}"),
            None => write!(text, "for=unknown"),
        };
        if let Some(host) = origin.host.and_then(|host| host.to_str().ok()).filter(|host| !host.contains(['"', '\\'])) {
            let _ = write!(text, ";host=\"{host}\"");
        }
        let _ = write!(text, ";proto={scheme}");
    });
    headers.insert(FORWARDED, line);
}

/// An address as the value of a field; the last one of a thread is kept, since a client sends many requests, and a proxy
/// before this one sends those of all clients.
fn address(ip: IpAddr) -> HeaderValue {
    thread_local!(static LAST: RefCell<Option<(IpAddr, HeaderValue)>> = const { RefCell::new(None) });
    LAST.with_borrow_mut(|last| match last {
        Some((known, value)) if *known == ip => value.clone(),
        _ => last.insert((ip, written(ip))).1.clone(),
    })
}

fn written(ip: IpAddr) -> HeaderValue {
    match ip {
        IpAddr::V4(ip) => {
            let mut text = [0; 15];
            let mut end = 0;
            for (index, octet) in ip.octets().into_iter().enumerate() {
                if index > 0 {
                    text[end] = b'.';
                    end += 1;
                }
                end += decimal(octet, &mut text[end..]);
            }
            HeaderValue::from_bytes(&text[..end]).unwrap_or(HeaderValue::from_static("unknown"))
        }
        IpAddr::V6(_) => value(|text| {
            let _ = write!(text, "{ip}");
        }),
    }
}

/// Writes a number and says how many digits it has: formatting costs ten times as much.
fn decimal(number: u8, to: &mut [u8]) -> usize {
    let digits = [number / 100, number / 10 % 10, number % 10];
    let skip = if number >= 100 {
        0
    } else if number >= 10 {
        1
    } else {
        2
    };
    for (place, digit) in to.iter_mut().zip(&digits[skip..]) {
        *place = b'0' + digit;
    }
    3 - skip
}

fn value(write: impl FnOnce(&mut String)) -> HeaderValue {
    let mut text = String::with_capacity(64);
    write(&mut text);
    HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or(HeaderValue::from_static("unknown"))
}

/// The port in a host, or the scheme's own.
fn port(host: &HeaderValue, secure: bool) -> HeaderValue {
    let text = host.as_bytes();
    let after = text.iter().rposition(|byte| *byte == b':').map(|at| &text[at + 1..]);
    let digits = |port: &&[u8]| !port.is_empty() && port.iter().all(u8::is_ascii_digit);
    match after.filter(digits) {
        Some(b"80") => HeaderValue::from_static("80"),
        Some(b"443") => HeaderValue::from_static("443"),
        Some(port) => HeaderValue::from_bytes(port).unwrap_or(HeaderValue::from_static("80")),
        None => HeaderValue::from_static(if secure { "443" } else { "80" }),
    }
}

/// Names us in `Via` (RFC 9110, section 7.6.3).
pub(crate) fn via(headers: &mut HeaderMap, version: Version) {
    let own = match version {
        Version::HTTP_2 => HeaderValue::from_static("2.0 velithon"),
        Version::HTTP_10 => HeaderValue::from_static("1.0 velithon"),
        _ => HeaderValue::from_static("1.1 velithon"),
    };
    match headers.entry(VIA) {
        http::header::Entry::Vacant(vacant) => drop(vacant.insert(own)),
        http::header::Entry::Occupied(mut occupied) => {
            let mut line = BytesMut::new();
            for one in occupied.iter() {
                line.put_slice(one.as_bytes());
                line.put_slice(b", ");
            }
            line.put_slice(own.as_bytes());
            if let Ok(line) = HeaderValue::from_maybe_shared(line.freeze()) {
                drop(occupied.insert(line));
            }
        }
    }
}

/// Whether a request has passed us twice already: a third time would be a circle.
#[cold]
pub(crate) fn is_loop(headers: &HeaderMap) -> bool {
    let names = headers.get_all(VIA).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let ours = |member: &&str| member.split_whitespace().nth(1).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    names.filter(ours).count() >= 2
}

/// The host that the client asked for: `:authority` before `Host`.
pub(crate) fn client_host(uri: &http::Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    match uri.authority() {
        Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
        None => headers.get(HOST).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::forward::fields::fields;

    fn origin(peer: &str, trusted: bool) -> Origin<'static> {
        Origin { peer: Some(peer.parse().unwrap()), trusted, secure: false, host: None, prefix: None, forwarded: true }
    }

    fn rewritten(headers: &mut HeaderMap, origin: &Origin<'_>) {
        let survey = Survey::of(headers);
        write(headers, origin, survey);
    }

    #[test]
    fn what_a_stranger_wrote_is_gone_under_every_spelling() {
        let mut headers = fields(&[
            ("x-forwarded-for", "6.6.6.6"),
            ("x_forwarded_for", "6.6.6.6"),
            ("x-forwarded_prefix", "/evil"),
            ("forwarded", "for=6.6.6.6"),
            ("x-real-ip", "6.6.6.6"),
            ("x_real_ip", "6.6.6.6"),
            ("x-realm", "kept"),
        ]);
        rewritten(&mut headers, &origin("192.0.2.1", false));
        assert!(!headers.values().any(|value| value.as_bytes().windows(7).any(|part| part == b"6.6.6.6")));
        assert_eq!(headers["x-forwarded-for"], "192.0.2.1");
        assert_eq!(headers["forwarded"], "for=192.0.2.1;proto=http");
        assert!(headers.contains_key("x-realm") && !headers.contains_key("x-forwarded_prefix"));
    }

    #[test]
    fn a_trusted_peer_is_appended_to_what_it_says() {
        let mut headers = fields(&[("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", "https")]);
        rewritten(&mut headers, &origin("2001:db8::1", true));
        assert_eq!(headers["x-forwarded-for"], "192.0.2.7, 2001:db8::1");
        assert_eq!(headers["x-forwarded-proto"], "https");
        assert_eq!(headers["forwarded"], "for=\"[2001:db8::1]\";proto=http");
    }

    #[test]
    fn every_ipv4_address_is_written_as_the_standard_library_does() {
        for ip in ["0.0.0.0", "1.22.133.4", "255.255.255.255", "10.0.99.100"] {
            assert_eq!(address(ip.parse().unwrap()), ip);
        }
    }

    #[test]
    fn the_port_is_that_of_the_host_or_of_the_scheme() {
        for (host, wanted) in [("a", "80"), ("a:8080", "8080"), ("[::1]", "80"), ("[::1]:9", "9")] {
            assert_eq!(port(&HeaderValue::from_static(host), false), wanted, "{host}");
        }
    }

    #[test]
    fn our_name_joins_those_before_and_a_third_time_is_a_loop() {
        let mut headers = fields(&[("via", "1.0 fred")]);
        via(&mut headers, Version::HTTP_11);
        assert_eq!(headers["via"], "1.0 fred, 1.1 velithon");
        assert!(!is_loop(&headers));
        via(&mut headers, Version::HTTP_2);
        assert!(is_loop(&headers));
    }
}
