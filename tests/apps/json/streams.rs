//! Items that arrive one after another.

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{self, StreamExt as _};
use serde::Serialize;
use tokio::sync::watch;
use velithon::prelude::*;

#[derive(Serialize, ToJson)]
struct Event {
    number: u64,
    text: &'static str,
}

fn event(number: u64) -> Event {
    Event { number, text: "line one\nline two" }
}

#[get("/array/{count}")]
async fn array(count: u64) -> JsonStream<Event> {
    JsonStream::array(stream::iter((0..count).map(event))).written()
}

#[get("/lines/{count}")]
async fn lines(count: u64) -> JsonStream<Event> {
    JsonStream::lines(stream::iter((0..count).map(event)))
}

/// Fails after so many items.
#[get("/breaking/{count}")]
async fn breaking(count: u64) -> JsonStream<Event> {
    let items = stream::iter((0..count).map(|number| Ok(event(number))));
    JsonStream::try_array(items.chain(stream::iter([Err(io::Error::other("hunter2"))])))
}

/// An item at a time, each when `/next` was asked once more.
#[get("/paced")]
async fn paced() -> JsonStream<u64> {
    let asked = ASKED.subscribe();
    JsonStream::lines(stream::unfold((0, asked), |(number, mut asked)| async move {
        asked.wait_for(|asked| *asked > number).await.ok()?;
        Some((number, (number + 1, asked)))
    }))
}

static ASKED: LazyLock<watch::Sender<u64>> = LazyLock::new(|| watch::Sender::new(0));

#[post("/next")]
async fn next() {
    ASKED.send_modify(|asked| *asked += 1);
}

static TAKEN: AtomicU64 = AtomicU64::new(0);
static LEFT: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// Says that its stream is gone.
struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        LEFT.send_replace(true);
    }
}

/// Counts what is taken of so many items.
#[get("/counted/{count}")]
async fn counted(count: u64) -> JsonStream<Event> {
    let leaving = Leaving;
    JsonStream::lines(stream::iter(0..count).map(move |number| {
        let _until_the_end = &leaving;
        TAKEN.fetch_add(1, Ordering::Relaxed);
        event(number)
    }))
}

#[get("/taken")]
async fn taken() -> String {
    TAKEN.load(Ordering::Relaxed).to_string()
}

/// Replies when the stream of `/counted` has been dropped.
#[get("/left")]
async fn left() {
    // The sender is never dropped.
    let _ = LEFT.subscribe().wait_for(|left| *left).await;
}
