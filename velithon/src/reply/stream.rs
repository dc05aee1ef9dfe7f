//! Items that arrive one after another, as one JSON array or as a line each.
//!
//! Items are taken only while the client takes what they became: a frame is filled as long as items are ready, sent when
//! none is or when it is large enough, and the next item is asked for when the connection wants more.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, StreamExt as _};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use http_body::Frame;
use serde::Serialize;

use super::batch::{Write, cut};
use crate::json::{Buffer, ToJson, serialized};

/// A frame is sent when it has so many bytes, though more items may be ready: 16 KiB.
const FRAME: usize = 16 * 1024;

/// A stream of items as a reply that begins with the first of them.
///
/// ```
/// use futures_util::stream;
/// use velithon::prelude::*;
///
/// #[get("/numbers")]
/// async fn numbers() -> JsonStream<u64> {
///     JsonStream::array(stream::iter(1..=1_000_000))
/// }
/// # fn main() {}
/// ```
///
/// The stream lives as long as the reply; when the client goes, it is dropped where it is.
///
/// # Errors
/// When an item has no JSON, or the stream itself fails ([`try_array`](Self::try_array)), the status has been sent: the
/// connection is cut, and the log says why.
pub struct JsonStream<T> {
    items: Pin<Box<dyn Stream<Item = Result<T, BoxError>> + Send>>,
    write: Write<T>,
    form: &'static Form,
}

/// What stands around items.
struct Form {
    media_type: &'static str,
    open: &'static str,
    between: &'static str,
    after: &'static str,
    close: &'static str,
}

const ARRAY: Form = Form { media_type: "application/json", open: "[", between: ",", after: "", close: "]" };
const LINES: Form = Form { media_type: "application/x-ndjson", open: "", between: "", after: "\n", close: "" };

impl<T: Serialize + 'static> JsonStream<T> {
    /// One array (`application/json`).
    pub fn array(items: impl Stream<Item = T> + Send + 'static) -> Self {
        Self::try_array(items.map(Ok::<_, Infallible>))
    }

    /// A line for each item (`application/x-ndjson`).
    pub fn lines(items: impl Stream<Item = T> + Send + 'static) -> Self {
        Self::try_lines(items.map(Ok::<_, Infallible>))
    }

    /// One array of items that may fail to arrive, such as the rows of a query.
    pub fn try_array<E: Into<BoxError>>(items: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self {
        Self::new(items, &ARRAY)
    }

    /// A line for each item that may fail to arrive.
    pub fn try_lines<E: Into<BoxError>>(items: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self {
        Self::new(items, &LINES)
    }

    fn new<E: Into<BoxError>>(items: impl Stream<Item = Result<T, E>> + Send + 'static, form: &'static Form) -> Self {
        Self { items: Box::pin(items.map(|item| item.map_err(Into::into))), write: serialized, form }
    }

    /// Writes the items by their own writers; the text stays the same.
    pub fn written(self) -> Self
    where
        T: ToJson,
    {
        Self { write: T::write_json, ..self }
    }
}

impl<T: 'static> IntoResponse for JsonStream<T> {
    fn into_response(self) -> Response {
        let media_type = HeaderValue::from_static(self.form.media_type);
        let frames = Frames { items: self.items, write: self.write, form: self.form, place: Place::Start };
        let mut response = Response::new(Body::new(frames));
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }
}

/// The body.
struct Frames<T> {
    items: Pin<Box<dyn Stream<Item = Result<T, BoxError>> + Send>>,
    write: Write<T>,
    form: &'static Form,
    place: Place,
}

/// How far the text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// The opening bracket has been written, and no item.
    Opened,
    Items,
    End,
}

impl<T> Frames<T> {
    fn item(&mut self, item: &T, to: &mut Buffer) {
        if self.place == Place::Items {
            to.fragment(self.form.between);
        }
        self.place = Place::Items;
        (self.write)(item, to);
        to.fragment(self.form.after);
    }

    /// Fills a frame as far as items are ready; says whether one has to be waited for.
    fn fill(&mut self, context: &mut Context<'_>, to: &mut Buffer) -> Result<Poll<()>, BoxError> {
        if self.place == Place::Start {
            to.fragment(self.form.open);
            self.place = Place::Opened;
        }
        while self.place != Place::End && to.len() < FRAME {
            match self.items.poll_next_unpin(context) {
                Poll::Ready(Some(item)) => self.item(&item?, to),
                Poll::Ready(None) => {
                    to.fragment(self.form.close);
                    self.place = Place::End;
                }
                Poll::Pending => return Ok(Poll::Pending),
            }
        }
        Ok(Poll::Ready(()))
    }
}

impl<T> HttpBody for Frames<T> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.place == Place::End {
            return Poll::Ready(None);
        }
        let mut buffer = Buffer::default();
        let filled = self.fill(context, &mut buffer);
        let text = filled.and_then(|ready| Ok((ready, buffer.finish()?)));
        match text {
            Ok((Poll::Pending, text)) if text.is_empty() => Poll::Pending,
            Ok((_, text)) if text.is_empty() => Poll::Ready(None),
            Ok((_, text)) => Poll::Ready(Some(Ok(Frame::data(text.into())))),
            Err(failure) => {
                self.place = Place::End;
                Poll::Ready(Some(Err(cut(failure))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::to_bytes;
    use futures_util::stream;
    use http_body_util::BodyExt as _;

    use super::*;

    async fn text<T: 'static>(stream: JsonStream<T>) -> String {
        let body = to_bytes(stream.into_response().into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn items_become_an_array() {
        assert_eq!(text(JsonStream::array(stream::iter([1, 2, 3]))).await, "[1,2,3]");
        assert_eq!(text(JsonStream::<u8>::array(stream::empty())).await, "[]");
        assert_eq!(text(JsonStream::array(stream::iter(["a"])).written()).await, "[\"a\"]");
    }

    #[tokio::test]
    async fn items_become_lines() {
        assert_eq!(text(JsonStream::lines(stream::iter([(1, "a"), (2, "b")]))).await, "[1,\"a\"]\n[2,\"b\"]\n");
        assert_eq!(text(JsonStream::<u8>::lines(stream::empty())).await, "");
        let reply = JsonStream::lines(stream::iter([1])).into_response();
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/x-ndjson");
    }

    #[tokio::test]
    async fn a_long_stream_is_the_text_of_its_list() {
        let items: Vec<u32> = (0..50_000).collect();
        assert_eq!(text(JsonStream::array(stream::iter(items.clone()))).await, serde_json::to_string(&items).unwrap());
    }

    #[tokio::test]
    async fn items_are_taken_as_the_client_takes_frames() {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let items = stream::iter(0..1_000_000).inspect(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let mut body = JsonStream::array(items).into_response().into_body();
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!((FRAME..FRAME + 16).contains(&frame.len()), "{}", frame.len());
        assert!(taken.load(Ordering::Relaxed) < FRAME);
    }

    #[tokio::test]
    async fn what_is_ready_is_sent_before_the_next_item_is_there() {
        let items = stream::iter([1, 2]).chain(stream::pending());
        let mut body = JsonStream::array(items).into_response().into_body();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "[1,2");
    }

    #[tokio::test]
    async fn a_stream_that_fails_cuts_the_reply() {
        let items = stream::iter([Ok(1), Err("the database is gone")]);
        let body = JsonStream::try_array(items).into_response().into_body();
        assert_eq!(to_bytes(body, 99).await.unwrap_err().to_string(), "the database is gone");
    }

    #[tokio::test]
    async fn an_item_without_json_cuts_the_reply() {
        let items = stream::iter([std::collections::BTreeMap::from([((), 1)])]);
        let body = JsonStream::array(items).into_response().into_body();
        assert!(to_bytes(body, 99).await.unwrap_err().to_string().contains("key must be a string"));
    }
}
