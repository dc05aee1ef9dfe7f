//! Fields behind a body: those that frame, route or identify a message mean nothing there, and a program that merged them
//! into the head would be fooled (RFC 9110, section 6.5.1). They are left out.

use std::task::Poll;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, header::TRAILER};
use http_body::Frame;

/// Whether a field may stand behind a body.
fn is_allowed(name: &HeaderName) -> bool {
    const FORBIDDEN: [HeaderName; 18] = [
        header::AUTHORIZATION,
        header::CACHE_CONTROL,
        header::CONNECTION,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_RANGE,
        header::CONTENT_TYPE,
        header::COOKIE,
        header::EXPECT,
        header::FORWARDED,
        header::HOST,
        header::MAX_FORWARDS,
        header::RANGE,
        header::SET_COOKIE,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::VIA,
    ];
    let text = name.as_str();
    !FORBIDDEN.contains(name)
        && !["x-forwarded-", "x-real-", "proxy-", "if-"].iter().any(|start| text.starts_with(start))
}

/// Takes out of `Trailer` the fields that will not come.
#[cold]
pub(super) fn filter_names(headers: &mut HeaderMap) {
    let lines: Vec<HeaderValue> = headers.get_all(TRAILER).iter().cloned().collect();
    let named = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii));
    let allowed = named.filter(|name| HeaderName::from_bytes(name).is_ok_and(|name| is_allowed(&name)));
    let kept = allowed.collect::<Vec<_>>().join(&b", "[..]);
    headers.remove(TRAILER);
    if let (false, Ok(kept)) = (kept.is_empty(), HeaderValue::from_bytes(&kept)) {
        headers.insert(TRAILER, kept);
    }
}

/// The same frame, without the fields that may not be in it.
#[inline]
pub(super) fn without_forbidden<E>(
    polled: Poll<Option<Result<Frame<Bytes>, E>>>,
) -> Poll<Option<Result<Frame<Bytes>, E>>> {
    match polled {
        Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => Poll::Ready(Some(Ok(filtered(frame)))),
        other => other,
    }
}

#[cold]
fn filtered(frame: Frame<Bytes>) -> Frame<Bytes> {
    match frame.into_trailers() {
        Ok(trailers) => {
            let mut kept = HeaderMap::with_capacity(trailers.len());
            for (name, value) in trailers.iter().filter(|(name, _)| is_allowed(name)) {
                kept.append(name, value.clone());
            }
            Frame::trailers(kept)
        }
        Err(frame) => frame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_frames_routes_or_identifies_is_no_trailer() {
        let mut trailers = HeaderMap::new();
        for name in ["content-length", "host", "authorization", "cookie", "x-forwarded-for", "if-match", "x-sum"] {
            trailers.insert(HeaderName::from_static(name), HeaderValue::from_static("1"));
        }
        let kept = filtered(Frame::trailers(trailers)).into_trailers().unwrap();
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["x-sum"]);
    }

    #[test]
    fn a_field_that_will_not_come_is_not_announced() {
        let mut headers = HeaderMap::new();
        headers.append(TRAILER, HeaderValue::from_static("x-sum, Host"));
        headers.append(TRAILER, HeaderValue::from_static("cookie,grpc-status"));
        filter_names(&mut headers);
        assert_eq!(headers.get_all(TRAILER).iter().collect::<Vec<_>>(), ["x-sum, grpc-status"]);
        headers.insert(TRAILER, HeaderValue::from_static("host"));
        filter_names(&mut headers);
        assert!(headers.is_empty());
    }
}
