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
use std::ops::Range;
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
/// Lists of less than about 512 KiB are encoded at once, with a `content-length`; longer ones are sent as they are
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

/// What is encoded before the length of the whole is estimated: 4 KiB.
const SAMPLE: usize = 4 * 1024;

/// What is encoded at once before the size is judged, and the first frame of a long list: 64 KiB.
///
/// It takes some 25 microseconds.
const FIRST: usize = 64 * 1024;

/// The size of a chunk: 256 KiB.
///
/// It takes some 100 microseconds. Smaller ones are sent sooner and cost more: the thread that sends is woken for each.
const CHUNK: usize = 256 * 1024;

/// A list of at most this size is finished by the thread that began it: some 200 microseconds, 400 through `Serialize`.
///
/// Below it, waking other threads costs more than they save; the bench `velithon-load json` shows it.
const AT_ONCE: usize = 512 * 1024;

/// The reply for a list.
pub(crate) fn list<T: Send + Sync + 'static>(items: Vec<T>, write: Write<T>) -> Response {
    let rows = Rows { items, write };
    match begin(&rows) {
        Ok(Begun::All(text)) => super::json::with_type(text.into()),
        Ok(Begun::Part(part)) => super::json::with_type(Body::new(Chunks::new(Arc::new(rows), part))),
        Err(failure) => super::json::failed(&failure),
    }
}

/// A list as the jobs see it: everything but the writing of its elements is compiled once for all types.
trait List: Send + Sync {
    fn len(&self) -> usize;

    /// Writes elements of a range, with a comma before each but the list's first, until the text is at least `most`
    /// bytes; gives the first that was not written.
    fn write(&self, range: Range<usize>, most: usize, to: &mut Buffer) -> usize;
}

struct Rows<T> {
    items: Vec<T>,
    write: Write<T>,
}

impl<T: Send + Sync> List for Rows<T> {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn write(&self, range: Range<usize>, most: usize, to: &mut Buffer) -> usize {
        let mut next = range.start;
        while next < range.end && to.len() < most {
            if next > 0 {
                to.fragment(",");
            }
            (self.write)(&self.items[next], to);
            next += 1;
        }
        next
    }
}

/// How far the thread that makes the reply came.
enum Begun {
    All(Bytes),
    Part(Part),
}

/// The beginning of a long list.
struct Part {
    text: Bytes,
    /// The first element that is not in it.
    next: usize,
    /// Bytes of an element, on average.
    each: usize,
}

fn begin(list: &dyn List) -> Result<Begun, EncodeError> {
    let (len, mut next, mut each) = (list.len(), 0, 1);
    let text = json::written(&mut |to| {
        to.fragment("[");
        next = list.write(0..len, SAMPLE, to);
        each = to.len() / next.max(1) + 1;
        let whole = rest(len, next, each);
        to.room(if whole > AT_ONCE { FIRST } else { whole });
        while next < len {
            next = list.write(next..len, to.len() + FIRST, to);
            each = to.len() / next + 1;
            if rest(len, next, each) > AT_ONCE {
                return;
            }
        }
        to.fragment("]");
    })?;
    Ok(if next == len { Begun::All(text) } else { Begun::Part(Part { text, next, each }) })
}

/// Bytes of the elements that are left, an eighth more than the average says.
fn rest(len: usize, next: usize, each: usize) -> usize {
    (len - next).saturating_mul(each + each / 8)
}

/// What the jobs share.
#[derive(Clone)]
struct Batch {
    list: Arc<dyn List>,
    /// Elements of a chunk.
    size: usize,
}

impl Batch {
    /// The chunk that begins with an element.
    fn chunk(&self, begin: usize) -> Result<Bytes, EncodeError> {
        let end = self.end(begin);
        json::written_whole(CHUNK + CHUNK / 4, |to| {
            self.list.write(begin..end, usize::MAX, to);
            if end == self.list.len() {
                to.fragment("]");
            }
        })
    }

    fn end(&self, begin: usize) -> usize {
        (begin + self.size).min(self.list.len())
    }
}

/// The body: frames in order.
struct Chunks {
    /// `None` once everything is under way.
    batch: Option<Batch>,
    first: Option<Bytes>,
    next: usize,
    under_way: VecDeque<oneshot::Receiver<Result<Bytes, EncodeError>>>,
}

impl Chunks {
    fn new(list: Arc<dyn List>, Part { text, next, each }: Part) -> Self {
        let batch = Batch { list, size: (CHUNK / each).max(1) };
        let mut chunks = Self { batch: Some(batch), first: Some(text), next, under_way: VecDeque::new() };
        chunks.advance();
        chunks
    }

    /// Begins chunks until enough are under way: two for each thread, so that none waits for the client.
    fn advance(&mut self) {
        if let Some(batch) = self.batch.take_if(|batch| self.next == batch.list.len()) {
            drop_elsewhere(batch);
        }
        let Some(batch) = &self.batch else { return };
        while self.under_way.len() < 2 * cpu::threads() && self.next < batch.list.len() {
            self.under_way.push_back(begin_chunk(batch.clone(), self.next));
            self.next = batch.end(self.next);
        }
    }
}

/// Dropping a long list takes its time.
fn drop_elsewhere(batch: Batch) {
    cpu::spawn(Box::new(move || drop(batch)));
}

fn begin_chunk(batch: Batch, begin: usize) -> oneshot::Receiver<Result<Bytes, EncodeError>> {
    let (sender, receiver) = oneshot::channel();
    cpu::spawn(Box::new(move || {
        // The client may have gone.
        if !sender.is_closed() {
            let _ = sender.send(batch.chunk(begin));
        }
    }));
    receiver
}

impl Drop for Chunks {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            drop_elsewhere(batch);
        }
    }
}

impl HttpBody for Chunks {
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
        assert!((FIRST..FIRST + SAMPLE + 200).contains(&first.into_data().unwrap().len()));
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
            cpu::spawn(Box::new(move || sender.send(()).expect("a receiver")));
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
