//! Fields that concern one connection only (RFC 9110, section 7.6.1): taken out on both ways, before ours are put in.

use http::header::{CONNECTION, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE};
use http::header::{TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Version};

use super::survey::Survey;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const PROXY_AUTHENTICATION_INFO: HeaderName = HeaderName::from_static("proxy-authentication-info");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");

/// What was said between the two ends of one connection, for whoever answers to it.
#[derive(Debug, Default)]
pub(crate) struct Hop {
    /// The protocol that `Upgrade` asks for, or names in a 101; only where `Connection` says so too.
    pub(crate) upgrade: Option<HeaderValue>,
    /// Whether trailers are taken (`TE: trailers`).
    pub(crate) trailers: bool,
    /// Whether the connection ends with this message.
    pub(crate) close: bool,
}

/// Takes out every field that concerns this connection only, those that `Connection` names included.
#[inline]
pub(crate) fn strip(headers: &mut HeaderMap, version: Version, survey: Survey) -> Hop {
    if survey.connection { strip_present(headers, version) } else { Hop::default() }
}

fn strip_present(headers: &mut HeaderMap, version: Version) -> Hop {
    let mut hop = Hop { trailers: takes_trailers(headers), ..Hop::default() };
    let nominates = nominates(headers, &mut hop);
    if nominates {
        remove_nominated(headers);
    }
    let upgrade = headers.remove(UPGRADE);
    // `Upgrade` that `Connection` does not name is as good as absent (RFC 9110, section 7.8), and HTTP/2 has none.
    hop.upgrade = upgrade.filter(|_| hop.upgrade.is_some() && version == Version::HTTP_11);
    for name in [CONNECTION, TRANSFER_ENCODING, TE, KEEP_ALIVE, PROXY_CONNECTION] {
        headers.remove(name);
    }
    for name in [PROXY_AUTHORIZATION, PROXY_AUTHENTICATE, PROXY_AUTHENTICATION_INFO, HTTP2_SETTINGS] {
        headers.remove(name);
    }
    hop
}

/// Whether `Connection` names fields of which nothing is known here; notes what it says beside that.
fn nominates(headers: &HeaderMap, hop: &mut Hop) -> bool {
    let mut nominates = false;
    for line in headers.get_all(CONNECTION) {
        for option in options(line) {
            match option {
                b if b.eq_ignore_ascii_case(b"close") => hop.close = true,
                b if b.eq_ignore_ascii_case(b"upgrade") => hop.upgrade = Some(HeaderValue::from_static("")),
                b if b.eq_ignore_ascii_case(b"keep-alive") || b.eq_ignore_ascii_case(b"te") || b.is_empty() => {}
                _ => nominates = true,
            }
        }
    }
    nominates
}

fn options(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cold]
fn remove_nominated(headers: &mut HeaderMap) {
    let lines: Vec<HeaderValue> = headers.get_all(CONNECTION).iter().cloned().collect();
    for name in lines.iter().flat_map(options) {
        if let Ok(name) = HeaderName::from_bytes(name)
            && !is_end_to_end(&name)
        {
            headers.remove(name);
        }
    }
}

/// Fields that a peer must not have taken out: what routes, frames and identifies a request, and what is put in here.
fn is_end_to_end(name: &HeaderName) -> bool {
    const KEPT: [HeaderName; 7] = [
        http::header::HOST,
        http::header::CONTENT_LENGTH,
        http::header::COOKIE,
        http::header::AUTHORIZATION,
        http::header::FORWARDED,
        http::header::VIA,
        HeaderName::from_static("x-real-ip"),
    ];
    KEPT.contains(name) || name.as_str().starts_with("x-forwarded-")
}

/// Whether `TE` holds `trailers` (RFC 9110, section 10.1.4).
fn takes_trailers(headers: &HeaderMap) -> bool {
    let accepts = |option: &[u8]| {
        let name = option.split(|byte| *byte == b';').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(b"trailers")
    };
    headers.get_all(TE).iter().any(|line| options(line).any(accepts))
}

/// Says to the upstream that trailers are taken (RFC 9110, section 10.1.4).
pub(crate) fn take_trailers(headers: &mut HeaderMap) {
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONNECTION, HeaderValue::from_static("te"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::forward::fields::fields;

    fn stripped(headers: &mut HeaderMap) -> Hop {
        let survey = Survey::of(headers);
        strip(headers, Version::HTTP_11, survey)
    }

    fn left(given: &[(&'static str, &'static str)]) -> Vec<String> {
        let mut headers = fields(given);
        stripped(&mut headers);
        let mut names: Vec<String> = headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn every_field_that_any_connection_line_names_is_gone() {
        let given =
            [("connection", "close, x-one"), ("connection", "X-Two"), ("x-one", "1"), ("x-two", "2"), ("x", "3")];
        assert_eq!(left(&given), ["x"]);
    }

    #[test]
    fn what_routes_and_identifies_a_request_cannot_be_nominated() {
        let given = [
            ("connection", "host, content-length, cookie, authorization, forwarded, via, x-forwarded-for, x-real-ip"),
            ("host", "a"),
            ("cookie", "a=b"),
            ("authorization", "b"),
            ("x-forwarded-for", "1.2.3.4"),
            ("via", "1.1 other"),
        ];
        assert_eq!(left(&given), ["authorization", "cookie", "host", "via", "x-forwarded-for"]);
    }

    #[test]
    fn an_upgrade_counts_only_where_connection_names_it() {
        let mut with = fields(&[("connection", "Upgrade"), ("upgrade", "websocket")]);
        assert_eq!(stripped(&mut with).upgrade.unwrap(), "websocket");
        let mut without = fields(&[("upgrade", "websocket")]);
        assert!(stripped(&mut without).upgrade.is_none());
        assert!(with.is_empty() && without.is_empty());
    }

    #[test]
    fn trailers_are_taken_with_a_weight_too() {
        let taken = |te| takes_trailers(&fields(&[("te", te)]));
        assert!(taken("gzip, trailers;q=0.5") && taken("Trailers"));
        assert!(!taken("gzip") && !taken("trailersx"));
    }

    #[test]
    fn upgrade_insecure_requests_goes_through() {
        assert_eq!(left(&[("upgrade-insecure-requests", "1"), ("te", "trailers")]), ["upgrade-insecure-requests"]);
    }
}
