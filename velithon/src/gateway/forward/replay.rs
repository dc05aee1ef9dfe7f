//! A body that can be sent once more: what has passed is kept, up to a limit, and comes again before the rest.
//!
//! It is made only where another attempt is possible: by the method, the settings, and the presence of a body.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

/// Bytes that are kept of one body.
const MOST: usize = 64 * 1024;

/// A body with its past.
#[derive(Debug)]
pub(crate) struct Replay(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    body: Body,
    frames: Vec<Bytes>,
    size: usize,
    /// Whether something has passed that was not kept.
    lost: bool,
}

impl Replay {
    pub(crate) fn new(body: Body) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Kept { body, frames: Vec::new(), size: 0, lost: false })))
    }

    /// Whether all that has passed is kept.
    pub(crate) fn is_whole(&self) -> bool {
        !self.lock().lost
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt's reading of it.
#[derive(Debug)]
pub(super) struct Reading {
    replay: Arc<Replay>,
    /// How many of the kept frames this attempt has had.
    had: usize,
}

impl Reading {
    pub(super) fn new(replay: Arc<Replay>) -> Self {
        Self { replay, had: 0 }
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut kept = self.replay.lock();
        if let Some(frame) = kept.frames.get(self.had) {
            self.had += 1;
            return Poll::Ready(Some(Ok(Frame::data(frame.clone()))));
        }
        let polled = Pin::new(&mut kept.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            kept.keep(frame);
            self.had = kept.frames.len();
        }
        polled
    }

    pub(super) fn is_end_stream(&self) -> bool {
        let kept = self.replay.lock();
        self.had == kept.frames.len() && kept.body.is_end_stream()
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        let kept = self.replay.lock();
        let again = kept.frames[self.had.min(kept.frames.len())..].iter().map(|frame| frame.len() as u64).sum::<u64>();
        let rest = kept.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + again);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + again);
        }
        hint
    }
}

impl Kept {
    fn keep(&mut self, frame: &Frame<Bytes>) {
        match frame.data_ref() {
            Some(data) if !self.lost && self.size + data.len() <= MOST => {
                self.size += data.len();
                self.frames.push(data.clone());
            }
            // Trailers would have to come last again; a body with them is sent once.
            _ => {
                self.lost = true;
                self.frames.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn read(replay: &Arc<Replay>, most: usize) -> Vec<u8> {
        let mut reading = Reading::new(Arc::clone(replay));
        let mut read = Vec::new();
        for _ in 0..most {
            match poll_fn(|cx| reading.poll_frame(cx)).await {
                Some(frame) => read.extend_from_slice(&frame.unwrap().into_data().unwrap()),
                None => break,
            }
        }
        read
    }

    fn body(frames: &[&'static str]) -> Body {
        Body::from_stream(futures_util::stream::iter(
            frames
                .iter()
                .map(|frame| Ok::<_, std::io::Error>(Bytes::from_static(frame.as_bytes())))
                .collect::<Vec<_>>(),
        ))
    }

    #[tokio::test]
    async fn what_has_passed_comes_again_before_the_rest() {
        let replay = Replay::new(body(&["one", "two", "three"]));
        assert_eq!(read(&replay, 2).await, b"onetwo");
        assert_eq!(read(&replay, 9).await, b"onetwothree");
        assert!(replay.is_whole());
    }

    #[tokio::test]
    async fn a_body_beyond_the_buffer_is_not_whole_any_more() {
        let large: &'static str = Box::leak("x".repeat(MOST).into_boxed_str());
        let replay = Replay::new(body(&[large, "y"]));
        read(&replay, 1).await;
        assert!(replay.is_whole());
        read(&replay, 9).await;
        assert!(!replay.is_whole());
    }
}
