//! Gives each request an id, by which a reply, a problem and the log can be brought together.
//!
//! The id of a trusted proxy is kept when it is harmless: up to 64 letters, digits, `-`, `.`, `_` and `~`. Everybody
//! else gets a new one (UUIDv7, RFC 9562, section 5.7), and the field `x-request-id` of the request is set to it, so that
//! nothing further in sees a stranger's.
//!
//! Switched on by `[log] request_id = true` or [`App::request_id`](crate::App::request_id), and by the access log.

use std::any::TypeId;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use tracing::Instrument;
use uuid::Uuid;

use super::record;
use crate::inject::BoxFuture;
use crate::middleware::{MiddlewareRecord, Next, Ordered, REQUEST_ID, Run};
use crate::reply::Error;
use crate::route::REQUEST_ID_FIELD;

/// Gives each request its id, in the band [`REQUEST_ID`].
#[expect(non_camel_case_types, reason = "named as a function marked `#[middleware]` would be")]
#[derive(Debug)]
pub enum request_id {}

impl Ordered for request_id {
    const PRIORITY: Option<i32> = Some(REQUEST_ID);
}

pub(crate) const RECORD: MiddlewareRecord =
    record("request_id", REQUEST_ID, TypeId::of::<request_id>, Run::Function(run));

fn run(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    let exchange = &next.exchange;
    let trusted = exchange.live.proxies.trusts(&exchange.peer);
    let id = trusted.then(|| brought(request.headers())).flatten().unwrap_or_else(RequestId::fresh);
    request.headers_mut().insert(REQUEST_ID_FIELD, id.0.clone());
    request.extensions_mut().insert(id.clone());
    // Whatever is logged further in, the cause of a 500 above all, bears the id. At the level of an error, since a
    // filter that lets errors through must let their span through.
    let span = tracing::error_span!("request", id = id.as_str());
    let inner = async move {
        let mut reply = next.run(request).await;
        reply.headers_mut().insert(REQUEST_ID_FIELD, id.0);
        reply
    };
    Box::pin(inner.instrument(span))
}

/// The id a request came with, when it is one and harmless.
fn brought(headers: &HeaderMap) -> Option<RequestId> {
    let mut values = headers.get_all(REQUEST_ID_FIELD).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    ((1..=LONGEST).contains(&value.len()) && value.as_bytes().iter().all(harmless)).then(|| RequestId(value.clone()))
}

/// Bytes of an id from outside.
const LONGEST: usize = 64;

/// The id of the request, as the reply and the log bear it: an extractor.
///
/// ```
/// use velithon::prelude::*;
/// use velithon::middleware::RequestId;
///
/// #[get("/")]
/// async fn home(id: RequestId) -> String {
///     format!("this is request {}", id.as_str())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The time in milliseconds and 74 random bits of the thread's generator: an id is no secret, and the system's
    /// generator would be a call into the kernel for each request.
    fn fresh() -> Self {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&fastrand::u64(..).to_ne_bytes());
        random[8..].copy_from_slice(&fastrand::u16(..).to_ne_bytes());
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        let mut text = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut text);
        // Hexadecimal digits and hyphens are legal in a field.
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    /// # Errors
    /// 500 where requests get no ids.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let id = parts.extensions.get::<Self>().cloned();
        id.ok_or_else(|| Error::internal("this application gives requests no ids. help: set `[log] request_id = true`"))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (REQUEST_ID_FIELD, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_a_harmless_id_is_kept() {
        assert_eq!(brought(&with(&["a-B.9_~"])).unwrap().as_str(), "a-B.9_~");
        for bad in ["", "a b", "a/b", "a\"b", "%0a"] {
            assert_eq!(brought(&with(&[bad])), None, "{bad}");
        }
    }

    #[test]
    fn an_id_has_at_most_64_characters() {
        static LONG: [u8; 65] = [b'x'; 65];
        let long = std::str::from_utf8(&LONG).unwrap();
        assert!(brought(&with(&[&long[1..]])).is_some());
        assert!(brought(&with(&[long])).is_none());
    }

    #[test]
    fn two_ids_are_none() {
        assert_eq!(brought(&with(&["a", "b"])), None);
        assert_eq!(brought(&with(&[])), None);
    }

    #[test]
    fn a_fresh_id_is_a_uuid_of_version_7() {
        let id = Uuid::parse_str(RequestId::fresh().as_str()).unwrap();
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(now.abs_diff(id.get_timestamp().unwrap().to_unix().0) <= 60);
    }

    #[test]
    fn fresh_ids_differ() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(|_| RequestId::fresh().as_str().to_owned()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
