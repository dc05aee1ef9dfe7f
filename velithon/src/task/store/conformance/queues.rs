//! Queues as a whole, and schedules.

use std::time::Duration;

use futures_util::StreamExt;

use super::{Subject, done, new_task};
use crate::task::store::{AdminAction, NewTask, QueueName, QueueSettings, Rate, RunAt};
use crate::task::time::Timestamp;

fn queue() -> QueueName {
    "default".into()
}

async fn three(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..3).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
}

async fn set(subject: &Subject, concurrency: Option<u32>, rate: Option<Rate>) {
    let settings = QueueSettings { name: queue(), concurrency, rate };
    subject.store.admin(&AdminAction::Queue(settings)).await.unwrap();
}

pub(crate) async fn a_paused_queue_gives_nothing(subject: &Subject) {
    three(subject).await;
    subject.store.admin(&AdminAction::Pause(queue(), true)).await.unwrap();
    assert!(subject.claim(5).await.is_empty());
    assert!(subject.store.queues().await.unwrap()[0].paused);
    subject.store.admin(&AdminAction::Pause(queue(), false)).await.unwrap();
    assert_eq!(subject.claim(5).await.len(), 3);
}

pub(crate) async fn a_queue_runs_no_more_than_its_limit(subject: &Subject) {
    set(subject, Some(2), None).await;
    three(subject).await;
    let claims = subject.claim(5).await;
    assert_eq!(claims.len(), 2);
    assert!(subject.claim(5).await.is_empty());
    subject.end(claims[0].at, done()).await;
    assert_eq!(subject.claim(5).await.len(), 1);
}

pub(crate) async fn a_rate_is_kept(subject: &Subject) {
    set(subject, None, Some(Rate { count: 2, per: Duration::from_secs(2) })).await;
    three(subject).await;
    assert_eq!(subject.claim(5).await.len(), 2);
    assert!(subject.claim(5).await.is_empty());
    subject.pass(Duration::from_millis(1100)).await;
    assert_eq!(subject.claim(5).await.len(), 1);
}

pub(crate) async fn what_waits_is_counted(subject: &Subject) {
    three(subject).await;
    subject.enqueue(NewTask { run_at: RunAt::After(Duration::from_secs(60)), ..new_task("later") }).await;
    subject.claim(1).await;
    subject.pass(Duration::from_millis(200)).await;
    let rows = subject.store.queues().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((&*rows[0].name, rows[0].queued, rows[0].running), ("default", 3, 1));
    let oldest = rows[0].oldest_due.expect("two are due");
    assert!((Duration::from_millis(200)..Duration::from_secs(30)).contains(&oldest), "{oldest:?}");
}

pub(crate) async fn a_tick_is_noted_once(subject: &Subject) {
    let tick = Timestamp::from_micros(1_700_000_000_000_000);
    assert_eq!(subject.store.last_tick("nightly").await.unwrap(), None);
    assert!(subject.store.cron_tick("nightly", tick, Some(new_task("nightly"))).await.unwrap());
    assert!(!subject.store.cron_tick("nightly", tick, Some(new_task("nightly"))).await.unwrap());
    assert!(subject.store.cron_tick("hourly", tick, Some(new_task("hourly"))).await.unwrap());
    assert_eq!(subject.claim(5).await.len(), 2);
    assert_eq!(subject.store.last_tick("nightly").await.unwrap(), Some(tick));
}

pub(crate) async fn a_tick_without_a_task_is_noted(subject: &Subject) {
    let tick = Timestamp::from_micros(1_700_000_000_000_000);
    assert!(subject.store.cron_tick("nightly", tick, None).await.unwrap());
    assert!(!subject.store.cron_tick("nightly", tick, Some(new_task("nightly"))).await.unwrap());
    assert!(subject.claim(5).await.is_empty());
}

pub(crate) async fn a_new_task_wakes_a_worker(subject: &Subject) {
    let mut wakes = subject.store.wake();
    subject.enqueue(new_task("a")).await;
    let woken = tokio::time::timeout(Duration::from_secs(5), wakes.next()).await.expect("a hint");
    assert_eq!(woken.as_deref(), Some("default"));
}
