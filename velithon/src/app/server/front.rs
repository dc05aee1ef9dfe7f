//! The rules of a head that hyper leaves to us, and what is put right in it before anybody reads it.
//!
//! A usual request is let through after one pass over its fields: it is HTTP/1.1, names one host, and neither expects nor
//! encodes anything. The path is not looked at here but where it is matched (`route/normal`).

use http::header::{COOKIE, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, Version};

use super::host::{is_host, is_same};
use super::refusal::Refusal;

/// Fields of a request, at most: what hyper reads of HTTP/1 without an allocation, and as many of HTTP/2.
const MAX_FIELDS: usize = 100;

/// Refuses a head that breaks a rule. In one that is taken, `Host` is the host of the target if both are there, and the
/// cookies of HTTP/2 stand in one line.
#[inline]
pub(super) fn admit<B>(request: &mut Request<B>, max_target: usize) -> Result<(), Refusal> {
    let is_usual = request.version() == Version::HTTP_11
        && request.uri().authority().is_none()
        && length(request.uri()) <= max_target
        && only_host(request.headers()).is_some_and(|host| is_host(host.as_bytes()));
    if is_usual { Ok(()) } else { admit_unusual(request, max_target) }
}

/// The one `Host`, when none of the other fields is there that matter here.
#[inline]
fn only_host(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut only = None;
    for (name, value) in headers {
        if *name == HOST {
            if only.replace(value).is_some() {
                return None;
            }
        } else if *name == TRANSFER_ENCODING || *name == EXPECT {
            return None;
        }
    }
    only
}

fn admit_unusual<B>(request: &mut Request<B>, max_target: usize) -> Result<(), Refusal> {
    if length(request.uri()) > max_target {
        return Err(Refusal::LongTarget);
    }
    if request.headers().len() > MAX_FIELDS {
        return Err(Refusal::ManyFields);
    }
    if request.version() == Version::HTTP_2 {
        check_authority(request)?;
        join_cookies(request.headers_mut());
    } else {
        check_host(request)?;
        prefer_authority(request);
    }
    check_coding(request.headers())?;
    check_expectation(request.headers())
}

/// Bytes of a target, but for the few between its parts.
#[inline]
fn length(uri: &Uri) -> usize {
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    authority + uri.path_and_query().map_or(0, |path| path.as_str().len())
}

/// The value of a field that may be there once; an error when it is there more often.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Refusal> {
    let mut all = headers.get_all(name).iter();
    let first = all.next();
    if all.next().is_none() { Ok(first) } else { Err(Refusal::Host) }
}

/// HTTP/1.1 needs one valid `Host`, older versions may go without (RFC 9112, section 3.2).
fn check_host<B>(request: &Request<B>) -> Result<(), Refusal> {
    let is_valid = match single(request.headers(), &HOST)? {
        Some(host) => is_host(host.as_bytes()),
        None => request.version() < Version::HTTP_11,
    };
    if is_valid && is_valid_authority(request.uri()) { Ok(()) } else { Err(Refusal::Host) }
}

/// A user name has no place in a target (RFC 9110, section 4.2.4).
fn is_valid_authority(uri: &Uri) -> bool {
    uri.authority().is_none_or(|authority| is_host(authority.as_str().as_bytes()))
}

/// A target that names a host wins over the field (RFC 9112, section 3.2.2).
fn prefer_authority<B>(request: &mut Request<B>) {
    let named = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = named {
        request.headers_mut().insert(HOST, host);
    }
}

/// HTTP/2 names the host in `:authority`, in `Host`, or alike in both (RFC 9113, section 8.3.1).
fn check_authority<B>(request: &Request<B>) -> Result<(), Refusal> {
    let uri = request.uri();
    let is_valid = match (uri.authority(), single(request.headers(), &HOST)?) {
        (Some(authority), Some(host)) => is_same(authority, host.as_bytes(), uri.scheme()),
        (Some(_), None) => true,
        (None, Some(host)) => !host.is_empty() && is_host(host.as_bytes()),
        (None, None) => false,
    };
    if is_valid && is_valid_authority(uri) { Ok(()) } else { Err(Refusal::Host) }
}

/// Joins the crumbs into which HTTP/2 may break a cookie (RFC 9113, section 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let crumbs: Vec<&HeaderValue> = headers.get_all(COOKIE).iter().collect();
    if crumbs.len() < 2 {
        return;
    }
    let is_sensitive = crumbs.iter().any(|crumb| crumb.is_sensitive());
    let joined = crumbs.iter().map(|crumb| crumb.as_bytes()).collect::<Vec<_>>().join(&b"; "[..]);
    if let Ok(mut cookie) = HeaderValue::from_maybe_shared(joined) {
        cookie.set_sensitive(is_sensitive);
        headers.insert(COOKIE, cookie);
    }
}

/// hyper decodes the last coding, which is chunked, and would hand out what is encoded beneath as the body itself.
fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_chunked = |coding: &HeaderValue| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if codings.next().is_none_or(is_chunked) && codings.next().is_none() {
        Ok(())
    } else {
        Err(Refusal::TransferCoding)
    }
}

fn check_expectation(headers: &HeaderMap) -> Result<(), Refusal> {
    let can_be_met = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"100-continue");
    if headers.get_all(EXPECT).iter().all(can_be_met) { Ok(()) } else { Err(Refusal::Expectation) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(version: Version, target: &str, fields: &[(&'static str, &str)]) -> Request<()> {
        let mut request = Request::get(target).version(version);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[track_caller]
    fn refused(request: &mut Request<()>) -> Option<Refusal> {
        admit(request, 8 * 1024).err()
    }

    #[test]
    fn one_host_is_enough_and_needed() {
        let http1 = |fields: &[(&'static str, &str)]| refused(&mut head(Version::HTTP_11, "/", fields));
        assert_eq!(http1(&[("host", "x"), ("accept", "*/*")]), None);
        assert_eq!(http1(&[]), Some(Refusal::Host));
        assert_eq!(http1(&[("host", "x"), ("host", "x")]), Some(Refusal::Host));
        assert_eq!(http1(&[("host", "a b")]), Some(Refusal::Host));
        assert_eq!(refused(&mut head(Version::HTTP_10, "/", &[])), None);
        assert_eq!(refused(&mut head(Version::HTTP_10, "/", &[("host", "u@h")])), Some(Refusal::Host));
    }

    #[test]
    fn the_host_of_the_target_wins() {
        let mut request = head(Version::HTTP_11, "http://target:81/", &[("host", "field")]);
        assert_eq!(refused(&mut request), None);
        assert_eq!(request.headers()[HOST], "target:81");
        let mut request = head(Version::HTTP_11, "http://u@target/", &[("host", "target")]);
        assert_eq!(refused(&mut request), Some(Refusal::Host));
    }

    #[test]
    fn http2_names_its_host_once() {
        let http2 = |target: &str, fields: &[(&'static str, &str)]| refused(&mut head(Version::HTTP_2, target, fields));
        assert_eq!(http2("http://x/", &[]), None);
        assert_eq!(http2("http://x/", &[("host", "X:80")]), None);
        assert_eq!(http2("/", &[("host", "x")]), None);
        assert_eq!(http2("http://x/", &[("host", "y")]), Some(Refusal::Host));
        assert_eq!(http2("http://u@x/", &[]), Some(Refusal::Host));
        assert_eq!(http2("/", &[]), Some(Refusal::Host));
        assert_eq!(http2("/", &[("host", "")]), Some(Refusal::Host));
    }

    #[test]
    fn cookie_crumbs_of_http2_become_one_line() {
        let mut request = head(Version::HTTP_2, "http://x/", &[("cookie", "a=1"), ("cookie", "b=2; c=3")]);
        assert_eq!(refused(&mut request), None);
        assert_eq!(request.headers().get_all(COOKIE).iter().collect::<Vec<_>>(), ["a=1; b=2; c=3"]);
    }

    #[test]
    fn what_is_encoded_or_expected_beyond_measure_is_refused() {
        let with = |name, value| refused(&mut head(Version::HTTP_11, "/", &[("host", "x"), (name, value)]));
        assert_eq!(with("transfer-encoding", "Chunked"), None);
        assert_eq!(with("transfer-encoding", "gzip, chunked"), Some(Refusal::TransferCoding));
        assert_eq!(with("transfer-encoding", "chunked, chunked"), Some(Refusal::TransferCoding));
        assert_eq!(with("expect", "100-Continue"), None);
        assert_eq!(with("expect", "fries"), Some(Refusal::Expectation));
    }

    #[test]
    fn a_target_or_a_head_without_measure_is_refused() {
        let long = format!("/{}", "x".repeat(8 * 1024));
        assert_eq!(refused(&mut head(Version::HTTP_11, &long, &[("host", "x")])), Some(Refusal::LongTarget));
        let many = vec![("x-y", "z"); MAX_FIELDS + 1];
        assert_eq!(refused(&mut head(Version::HTTP_2, "http://x/", &many)), Some(Refusal::ManyFields));
    }
}
