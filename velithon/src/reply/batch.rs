//! A long list as JSON: encoded in parts on the CPU threads, sent in order while later parts are still being encoded.
//!
//! The first elements are encoded where the reply is made. They tell how large the whole will be: a list that turns out
//! short is finished there, like any other reply; of a long one they are the first frame, and the rest is cut into
//! chunks. A few chunks are under way at any time and the next is begun when one has been sent, so a slow client costs
//! little memory. The bytes are those of the sequential encoding.
//!
//! It does not know where a list comes from: [`Json`](super::Json) and [`JsonBatch`] give it one with a way to write an
//! element.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde::Serialize;
use tokio::sync::oneshot;

use crate::cpu;
use crate::json::{self, Buffer, EncodeError};

/// How an element is written.
pub(crate) type Write<T> = fn(&T, &mut Buffer);

/// A list that is encoded on several cores when it is long: `JsonBatch(rows)`.
///
/// It is the reply that `Json(rows)` is as the return type of a handler, for the places where the route attribute does
/// not see that type: inside a tuple or `impl IntoResponse`.
///
/// Lists of less than about 256 KiB are encoded at once, with a `content-length`; longer ones are sent as they are
/// encoded, without one. The elements are dropped on the CPU threads.
///
/// # Errors
/// 500 when one of the first elements has no JSON. When a later one has none, the status has been sent: the connection
/// is cut, and the log says why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonBatch<T>(pub Vec<T>);

impl<T: Serialize + Send + Sync + 'static> IntoResponse for JsonBatch<T> {
    fn into_response(self) -> Response {
        list(self.0, json::serialized)
    }
}

/// What is encoded at once before the size is judged, and the size of a chunk: 64 KiB.
///
/// A chunk takes some 50 microseconds, and its memory is below what the allocator asks the system for each time.
const CHUNK: usize = 64 * 1024;

/// A list of at most this size is finished by the thread that began it: some 200 microseconds.
///
/// Below it, waking other threads costs as much as they save; the bench `velithon-load json` shows it.
const AT_ONCE: usize = 4 * CHUNK;

/// The reply for a list.
pub(crate) fn list<T: Send + Sync + 'static>(items: Vec<T>, write: Write<T>) -> Response {
    let begun = begin(&items, write);
    match begun {
        Ok(Begun::All(text)) => super::json::with_type(text.into()),
        Ok(Begun::Part { text, next, each }) => {
            let size = (CHUNK / each).max(1);
            super::json::with_type(Body::new(Chunks::new(Batch { items, write, size }, text, next)))
        }
        Err(failure) => super::json::failed(&failure),
    }
}

/// How far the thread that makes the reply came.
enum Begun {
    All(Bytes),
    /// The elements before `next`, of `each` bytes on average.
    Part {
        text: Bytes,
        next: usize,
        each: usize,
    },
}

fn begin<T>(items: &[T], write: Write<T>) -> Result<Begun, EncodeError> {
    let mut next = 0;
    let mut each = 1;
    let text = json::written(|to| {
        to.fragment("[");
        while next < items.len() {
            let target = to.len() + CHUNK;
            while next < items.len() && to.len() < target {
                element(&items[next], next, write, to);
                next += 1;
            }
            each = to.len() / next.max(1) + 1;
            if (items.len() - next) * each > AT_ONCE {
                return;
            }
        }
        to.fragment("]");
    })?;
    Ok(if next == items.len() { Begun::All(text) } else { Begun::Part { text, next, each } })
}

#[inline]
fn element<T>(item: &T, number: usize, write: Write<T>, to: &mut Buffer) {
    if number > 0 {
        to.fragment(",");
    }
    write(item, to);
}

/// What the jobs share.
struct Batch<T> {
    items: Vec<T>,
    write: Write<T>,
    /// Elements of a chunk.
    size: usize,
}

impl<T> Batch<T> {
    /// The chunk that begins with an element.
    fn chunk(&self, begin: usize) -> Result<Bytes, EncodeError> {
        let end = self.end(begin);
        json::written_whole(CHUNK + CHUNK / 4, |to| {
            for (number, item) in self.items[begin..end].iter().enumerate() {
                element(item, begin + number, self.write, to);
            }
            if end == self.items.len() {
                to.fragment("]");
            }
        })
    }

    fn end(&self, begin: usize) -> usize {
        (begin + self.size).min(self.items.len())
    }
}

/// The body: frames in order.
struct Chunks<T: Send + Sync + 'static> {
    /// `None` once everything is under way.
    batch: Option<Arc<Batch<T>>>,
    first: Option<Bytes>,
    next: usize,
    under_way: VecDeque<oneshot::Receiver<Result<Bytes, EncodeError>>>,
}

impl<T: Send + Sync + 'static> Chunks<T> {
    fn new(batch: Batch<T>, first: Bytes, next: usize) -> Self {
        let mut chunks = Self { batch: Some(Arc::new(batch)), first: Some(first), next, under_way: VecDeque::new() };
        chunks.advance();
        chunks
    }

    /// Begins chunks until enough are under way: two for each thread, so that none waits for the client.
    fn advance(&mut self) {
        while let Some(batch) = self.batch.take_if(|batch| self.next == batch.items.len()) {
            // Dropping a long list takes its time.
            cpu::spawn(move || drop(batch));
        }
        let Some(batch) = &self.batch else { return };
        while self.under_way.len() < 2 * cpu::threads() && self.next < batch.items.len() {
            self.under_way.push_back(begin_chunk(Arc::clone(batch), self.next));
            self.next = batch.end(self.next);
        }
    }
}

fn begin_chunk<T: Send + Sync + 'static>(
    batch: Arc<Batch<T>>,
    begin: usize,
) -> oneshot::Receiver<Result<Bytes, EncodeError>> {
    let (sender, receiver) = oneshot::channel();
    cpu::spawn(move || {
        // The client may have gone.
        if !sender.is_closed() {
            let _ = sender.send(batch.chunk(begin));
        }
    });
    receiver
}

impl<T: Send + Sync + 'static> Drop for Chunks<T> {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            cpu::spawn(move || drop(batch));
        }
    }
}

impl<T: Send + Sync + 'static> HttpBody for Chunks<T> {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let Some(oldest) = self.under_way.front_mut() else { return Poll::Ready(None) };
        let Poll::Ready(done) = Pin::new(oldest).poll(context) else { return Poll::Pending };
        self.under_way.pop_front();
        let frame = match done {
            Ok(Ok(text)) => Ok(Frame::data(text)),
            Ok(Err(failure)) => Err(cut(failure.into())),
            Err(_) => Err(cut("an element panicked".into())),
        };
        self.advance();
        Poll::Ready(Some(frame))
    }
}

/// A reply that was begun and cannot be finished.
pub(super) fn cut(failure: axum::BoxError) -> axum::BoxError {
    tracing::error!(error = %failure, "a JSON reply is cut off: its status was sent before the value turned out to have no JSON");
    failure
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::to_bytes;
    use http::StatusCode;
    use http::header::CONTENT_TYPE;
    use http_body_util::BodyExt as _;
    use proptest::prelude::*;
    use serde::Serializer;

    use super::*;
    use crate::json::ToJson;

    async fn text(reply: Response) -> String {
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/json");
        String::from_utf8(to_bytes(reply.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    fn rows(count: usize) -> Vec<(usize, String)> {
        (0..count).map(|number| (number, "x".repeat(number % 100))).collect()
    }

    #[tokio::test]
    async fn a_long_list_is_the_text_of_the_sequential_encoding() {
        for count in [0, 1, 2, 1_000, 2_000, 5_000, 20_000, 100_000] {
            let expected = serde_json::to_string(&rows(count)).unwrap();
            assert!(text(JsonBatch(rows(count)).into_response()).await == expected, "{count} serialized");
            assert!(text(list(rows(count), ToJson::write_json)).await == expected, "{count} written");
        }
    }

    #[tokio::test]
    async fn elements_larger_than_a_chunk_are_whole() {
        let large: Vec<String> = (0..20).map(|number| "y".repeat(number * 40_000)).collect();
        let expected = serde_json::to_string(&large).unwrap();
        assert!(text(JsonBatch(large).into_response()).await == expected);
    }

    #[tokio::test]
    async fn a_short_list_has_a_length_and_a_long_one_has_not() {
        let length = serde_json::to_string(&rows(100)).unwrap().len() as u64;
        assert_eq!(JsonBatch(rows(100)).into_response().body().size_hint().exact(), Some(length));
        assert_eq!(JsonBatch(rows(100_000)).into_response().body().size_hint().exact(), None);
    }

    #[tokio::test]
    async fn frames_come_in_chunks_and_the_first_is_there_at_once() {
        let mut body = JsonBatch(rows(50_000)).into_response().into_body();
        let first = futures_util::FutureExt::now_or_never(body.frame()).expect("at once").unwrap().unwrap();
        assert!((CHUNK..CHUNK + 200).contains(&first.into_data().unwrap().len()));
        while let Some(frame) = body.frame().await {
            assert!(frame.unwrap().into_data().unwrap().len() < 2 * CHUNK);
        }
    }

    /// Counts how often it is written and dropped.
    struct Counted(Arc<[AtomicUsize; 2]>);

    impl Serialize for Counted {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            self.0[0].fetch_add(1, Ordering::SeqCst);
            to.serialize_str(&"z".repeat(1000))
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0[1].fetch_add(1, Ordering::SeqCst);
        }
    }

    fn counted(count: usize) -> (Vec<Counted>, Arc<[AtomicUsize; 2]>) {
        let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        ((0..count).map(|_| Counted(Arc::clone(&counts))).collect(), counts)
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_costs_a_few_chunks() {
        let (items, counts) = counted(50_000);
        let reply = JsonBatch(items).into_response();
        // What was handed over before this has been done.
        settle().await;
        let most = (2 * cpu::threads() + 2) * (CHUNK / 1000 + 1);
        assert!(counts[0].load(Ordering::SeqCst) <= most, "{}", counts[0].load(Ordering::SeqCst));
        drop(reply);
    }

    #[tokio::test]
    async fn a_client_that_goes_ends_the_work_and_frees_the_list() {
        let (items, counts) = counted(50_000);
        let mut body = JsonBatch(items).into_response().into_body();
        body.frame().await.unwrap().unwrap();
        drop(body);
        while counts[1].load(Ordering::SeqCst) < 50_000 {
            tokio::task::yield_now().await;
        }
        assert!(counts[0].load(Ordering::SeqCst) < 10_000);
    }

    /// Waits until every thread has passed through the queue.
    async fn settle() {
        for _ in 0..8 * cpu::threads() {
            let (sender, receiver) = oneshot::channel();
            cpu::spawn(move || sender.send(()).expect("a receiver"));
            receiver.await.unwrap();
        }
    }

    /// An element that fails, or panics.
    #[derive(Clone, Copy)]
    enum Faulty {
        Fine,
        Fails,
        Panics,
    }

    impl Serialize for Faulty {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Fine => to.serialize_str("fine, and long enough that many of them are a long list"),
                Self::Fails => Err(serde::ser::Error::custom("an element that fails")),
                Self::Panics => panic!("on purpose"),
            }
        }
    }

    #[tokio::test]
    async fn a_failure_among_the_first_is_a_500() {
        let reply = JsonBatch(vec![Faulty::Fails]).into_response();
        assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn a_failure_further_on_cuts_the_reply() {
        for (faulty, told) in [(Faulty::Fails, "an element that fails"), (Faulty::Panics, "an element panicked")] {
            let mut items = vec![Faulty::Fine; 50_000];
            items[40_000] = faulty;
            let reply = JsonBatch(items).into_response();
            assert_eq!(reply.status(), StatusCode::OK);
            let failure = to_bytes(reply.into_body(), usize::MAX).await.unwrap_err().to_string();
            assert!(failure.contains(told), "{failure}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_list_is_the_text_of_the_sequential_encoding(sizes in prop::collection::vec(0..30_000usize, 0..60)) {
            let items: Vec<String> = sizes.into_iter().map(|size| "w".repeat(size)).collect();
            let expected = serde_json::to_string(&items).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            prop_assert!(runtime.block_on(text(list(items, ToJson::write_json))) == expected);
        }
    }
}
