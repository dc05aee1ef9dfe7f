//! What is checked and changed of a reply's head before it goes to the client.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Response, StatusCode, Version};

use super::survey::Survey;
use super::{forwarded, hop};
use crate::gateway::outcome::Outcome;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// The longest that a target's `Keep-Alive` is believed.
const MOST_KEPT: Duration = Duration::from_secs(60);

/// What was learned of a reply's head.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Whether the connection may serve another request.
    pub(crate) reusable: bool,
    /// How long the target keeps it.
    pub(crate) kept: Option<Duration>,
    /// The protocol it has changed to.
    pub(crate) upgrade: Option<HeaderValue>,
    /// Whether its body lasts: `text/event-stream`.
    pub(crate) event_stream: bool,
}

/// Checks a reply's head and takes out what concerns the connection.
///
/// # Errors
/// [`Outcome::Protocol`] for one that no client may see.
pub(crate) fn accept<B>(reply: &mut Response<B>) -> Result<Accepted, Outcome> {
    let from = std::mem::replace(reply.version_mut(), Version::HTTP_11);
    let status = reply.status();
    let headers = reply.headers_mut();
    let survey = Survey::of(headers);
    let framed_twice = framing(headers, survey)?;
    let kept = if survey.connection { keep_alive(headers) } else { None };
    let hop = hop::strip(headers, from, survey);
    let switching = status == StatusCode::SWITCHING_PROTOCOLS;
    let upgrade = hop.upgrade.filter(|_| switching);
    if switching && upgrade.is_none() {
        return Err(Outcome::Protocol);
    }
    if let Some(protocol) = &upgrade {
        headers.insert(http::header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, protocol.clone());
    }
    if status == StatusCode::RESET_CONTENT {
        // It has no content, whatever came with it (RFC 9110, section 15.3.6).
        headers.remove(CONTENT_LENGTH);
    }
    forwarded::via(headers, from);
    let reusable = !framed_twice && !hop.close && from != Version::HTTP_10;
    Ok(Accepted { reusable, kept, upgrade, event_stream: survey.event_stream })
}

/// Leaves one framing field; says whether there were two.
#[inline]
fn framing(headers: &mut HeaderMap, survey: Survey) -> Result<bool, Outcome> {
    if survey.transfer_encoding {
        // The body arrives decoded; a length beside the coding is not to be believed (RFC 9112, section 6.3).
        return if is_chunked(headers) { Ok(headers.remove(CONTENT_LENGTH).is_some()) } else { Err(Outcome::Protocol) };
    }
    if survey.odd_length {
        let first = headers.get(CONTENT_LENGTH).ok_or(Outcome::Protocol)?;
        // hyper has compared those of several lines already.
        let one = single(first).ok_or(Outcome::Protocol)?;
        headers.insert(CONTENT_LENGTH, one);
    }
    Ok(false)
}

/// Whether `chunked` is the only coding, said once.
fn is_chunked(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = |line: &HeaderValue| line.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    lines.next().is_some_and(chunked) && lines.next().is_none()
}

/// The one number of `5, 5` (RFC 9110, section 8.6).
fn single(length: &HeaderValue) -> Option<HeaderValue> {
    let mut numbers = length.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let first = numbers.next().filter(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))?;
    numbers.all(|number| number == first).then(|| HeaderValue::from_bytes(first).ok()).flatten()
}

/// A second less than `Keep-Alive: timeout=N`: the last one belongs to the network.
fn keep_alive(headers: &HeaderMap) -> Option<Duration> {
    let line = headers.get(KEEP_ALIVE)?.to_str().ok()?;
    let timeout = |part: &str| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("timeout").then(|| value.trim().parse::<u64>().ok()).flatten()
    };
    let seconds = line.split(',').find_map(timeout)?;
    Some(Duration::from_secs(seconds.saturating_sub(1)).min(MOST_KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(fields: &[(&'static str, &'static str)]) -> Response<()> {
        let mut reply = http::Response::new(());
        for (name, value) in fields {
            reply.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        reply
    }

    #[test]
    fn a_length_beside_chunked_is_dropped_and_so_is_the_connection() {
        let mut parts = reply(&[("content-length", "9"), ("transfer-encoding", "Chunked")]);
        let accepted = accept(&mut parts).unwrap();
        assert!(!accepted.reusable && !parts.headers().contains_key(CONTENT_LENGTH));
        assert!(!parts.headers().contains_key(TRANSFER_ENCODING));
    }

    #[test]
    fn a_coding_that_is_not_undone_is_refused() {
        for coding in ["gzip, chunked", "gzip", "chunked, chunked", "identity"] {
            assert_eq!(
                accept(&mut reply(&[("transfer-encoding", coding)])).unwrap_err(),
                Outcome::Protocol,
                "{coding}"
            );
        }
    }

    #[test]
    fn a_repeated_length_is_one_number() {
        let mut parts = reply(&[("content-length", "5, 5")]);
        accept(&mut parts).unwrap();
        assert_eq!(parts.headers()[CONTENT_LENGTH], "5");
        assert!(accept(&mut reply(&[("content-length", "5, 6")])).is_err());
    }

    #[test]
    fn an_idle_limit_of_the_target_is_kept_a_second_short() {
        let kept = |value| accept(&mut reply(&[("keep-alive", value)])).unwrap().kept;
        assert_eq!(kept("timeout=5, max=100"), Some(Duration::from_secs(4)));
        assert_eq!(kept("timeout=900"), Some(Duration::from_secs(60)));
        assert_eq!(kept("max=100"), None);
    }
}
