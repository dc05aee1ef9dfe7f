//! How many tasks a second go from `enqueue` to their end, beside the floors: a loop that awaits boxed futures, and
//! `tokio::spawn`.
//!
//! `tasks memory 2000000` or `tasks sqlite 50000`: a line for each, as tasks per second.

#![expect(clippy::print_stdout, reason = "the lines are what the program is for")]

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use velithon::prelude::*;
use velithon::task::{MemoryStore, TaskStore};

/// How many calls one batch has.
const BATCH: usize = 1000;

static DONE: AtomicU64 = AtomicU64::new(0);
static ALL: AtomicU64 = AtomicU64::new(u64::MAX);
static ENDED: Notify = Notify::const_new();

fn done() {
    if DONE.fetch_add(1, Ordering::Relaxed) + 1 == ALL.load(Ordering::Relaxed) {
        ENDED.notify_one();
    }
}

/// With priority, retry and timeout on, as every task has them.
#[task(name = "noop", priority = High, retries = 5, backoff = "1s..5m", timeout = "30s")]
async fn noop(text: String) {
    black_box(text);
    done();
}

fn boxed(text: String) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        black_box(text);
        done();
    })
}

/// A payload of a hundred bytes.
fn payload() -> String {
    "x".repeat(96)
}

fn rate(name: &str, count: u64, took: Duration) {
    println!("{name:24} {:>12.0} tasks/s", count as f64 / took.as_secs_f64());
}

fn begin(count: u64) -> Instant {
    DONE.store(0, Ordering::Relaxed);
    ALL.store(count, Ordering::Relaxed);
    Instant::now()
}

async fn loop_of_boxed(count: u64) {
    let begun = begin(count);
    for _ in 0..count {
        boxed(payload()).await;
    }
    rate("boxed futures, awaited", count, begun.elapsed());
    ENDED.notified().await;
}

async fn spawned(count: u64) {
    let begun = begin(count);
    for _ in 0..count {
        drop(tokio::spawn(boxed(payload())));
    }
    ENDED.notified().await;
    rate("tokio::spawn", count, begun.elapsed());
}

/// Two producers fill the store while its workers empty it; a full store is tried again.
async fn enqueued(name: &str, store: Arc<dyn TaskStore>, count: u64) {
    let begun = begin(count);
    let producing = (0..2).map(|_| {
        let tasks = Tasks::over(Arc::clone(&store));
        tokio::spawn(async move {
            let mut left = count / 2;
            while left > 0 {
                let batch = BATCH.min(usize::try_from(left).unwrap_or(BATCH));
                match tasks.enqueue_all((0..batch).map(|_| noop::job(payload()))).await {
                    Ok(kept) => left -= kept.len() as u64,
                    Err(_) => tokio::time::sleep(Duration::from_micros(200)).await,
                }
            }
        })
    });
    let producing: Vec<_> = producing.collect();
    ENDED.notified().await;
    rate(name, count, begun.elapsed());
    for one in producing {
        let _ = one.await;
    }
}

async fn picked_up(store: &Arc<dyn TaskStore>) -> Result<()> {
    let tasks = Tasks::over(Arc::clone(store));
    let mut times = Vec::new();
    for _ in 0..500 {
        let begun = begin(1);
        tasks.enqueue(noop::job(payload())).await?;
        ENDED.notified().await;
        times.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    times.sort_unstable();
    println!(
        "{:24} p50 {:.1?}, p99 {:.1?}",
        "  pick-up when idle",
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let kind = arguments.get(1).map_or("memory", String::as_str);
    let count = arguments.get(2).and_then(|count| count.parse().ok()).unwrap_or(2_000_000);
    let folder = std::env::temp_dir().join(format!("velithon-load-{}.db", std::process::id()));
    let store: Arc<dyn TaskStore> = match kind {
        "memory" => Arc::new(MemoryStore::new()),
        #[cfg(feature = "tasks-sqlite")]
        "sqlite" => Arc::new(velithon::task::store::SqlStore::sqlite(&folder).await?),
        other => return Err(Error::internal(format!("there is no store {other} here"))),
    };
    let root = velithon::__private::Root { origin: velithon::__origin!(), include: &[] };
    let service = velithon::__private::app(root).provide(Tasks::over(Arc::clone(&store))).into_service().await?;
    if kind == "memory" {
        loop_of_boxed(count).await;
        spawned(count).await;
    }
    enqueued(kind, Arc::clone(&store), count).await;
    picked_up(&store).await?;
    service.stop().await;
    for name in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{name}", folder.display()));
    }
    Ok(())
}
