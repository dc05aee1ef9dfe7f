//! A value and its JSON, made once and sent as often as it is asked for.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::json;
use crate::json::{Buffer, EncodeError, ToJson, encode, to_bytes};

/// A value that carries its JSON: a reply costs no encoding, and a clone costs no copy.
///
/// A singleton may hold one and hand out clones; the value itself is behind `Deref`. As part of another value its text
/// is copied as it is.
///
/// ```
/// use velithon::prelude::*;
///
/// #[inject]
/// struct Catalog {
///     #[inject(value = Preencoded::new(vec!["tea", "coffee"]).expect("a list of names has JSON"))]
///     names: Preencoded<Vec<&'static str>>,
/// }
///
/// #[get("/names")]
/// async fn names(catalog: Inject<Catalog>) -> Preencoded<Vec<&'static str>> {
///     catalog.names.clone()
/// }
/// # fn main() {}
/// ```
pub struct Preencoded<T: ?Sized> {
    text: Bytes,
    value: Arc<T>,
}

impl<T: Serialize> Preencoded<T> {
    /// Encodes a value through its `Serialize`.
    ///
    /// # Errors
    /// When the value has no JSON.
    pub fn new(value: T) -> Result<Self, EncodeError> {
        Ok(Self { text: to_bytes(&value)?, value: Arc::new(value) })
    }
}

impl<T: ToJson> Preencoded<T> {
    /// Encodes a value by its own writer; the text is that of [`new`](Self::new).
    ///
    /// # Errors
    /// When the value has no JSON.
    pub fn written(value: T) -> Result<Self, EncodeError> {
        Ok(Self { text: encode(&value)?, value: Arc::new(value) })
    }
}

impl<T: ?Sized> Preencoded<T> {
    /// The JSON.
    pub fn text(&self) -> &Bytes {
        &self.text
    }
}

impl<T: ?Sized> Clone for Preencoded<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), value: Arc::clone(&self.value) }
    }
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for Preencoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Preencoded").field(&&*self.value).finish()
    }
}

impl<T: ?Sized> Deref for Preencoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> IntoResponse for Preencoded<T> {
    fn into_response(self) -> Response {
        json::with_type(self.text.into())
    }
}

impl<T: ?Sized> IntoResponse for &Preencoded<T> {
    fn into_response(self) -> Response {
        json::with_type(self.text.clone().into())
    }
}

impl<T: Serialize + ?Sized> Serialize for Preencoded<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(to)
    }
}

impl<T: Serialize + ?Sized> ToJson for Preencoded<T> {
    fn write_json(&self, to: &mut Buffer) {
        to.verbatim(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
    use http_body::Body as _;

    use super::*;

    #[tokio::test]
    async fn a_reply_is_the_text_that_was_made_once() {
        let names = Preencoded::new(vec!["a", "b"]).unwrap();
        let reply = names.clone().into_response();
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/json");
        assert!(!reply.headers().contains_key(CONTENT_LENGTH) && reply.body().size_hint().exact() == Some(9));
        let body = to_bytes(reply.into_body(), 99).await.unwrap();
        assert_eq!(body, r#"["a","b"]"#);
        assert_eq!(body.as_ptr(), names.text().as_ptr());
    }

    #[test]
    fn its_value_is_still_there() {
        assert_eq!(Preencoded::written(vec![1, 2]).unwrap().len(), 2);
    }

    #[test]
    fn inside_another_value_it_is_copied() {
        let inner = Preencoded::new(("x", 1)).unwrap();
        let outer = vec![Some(inner.clone()), None];
        assert_eq!(encode(&outer).unwrap(), r#"[["x",1],null]"#);
        assert_eq!(serde_json::to_string(&outer).unwrap(), r#"[["x",1],null]"#);
    }

    #[test]
    fn a_value_without_json_is_refused() {
        assert!(Preencoded::new(std::collections::BTreeMap::from([((), 1)])).is_err());
    }
}
