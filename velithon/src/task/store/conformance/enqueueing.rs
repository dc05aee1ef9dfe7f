//! What goes in.

use std::time::Duration;

use bytes::Bytes;

use super::{Subject, dead, done, new_task};
use crate::task::id::TaskId;
use crate::task::priority::TaskPriority;
use crate::task::state::TaskState;
use crate::task::store::{AdminAction, NewTask, Outcome, RunAt, TaskFilter, Unique};

pub(crate) async fn a_task_comes_out_as_it_went_in(subject: &Subject) {
    let task = NewTask {
        priority: TaskPriority::High,
        payload: Bytes::from_static(br#"[7,"weekly"]"#),
        trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        result: Some(Duration::from_secs(60)),
        ..new_task("mail.digest")
    };
    let kept = subject.enqueue(task.clone()).await;
    assert_eq!((kept.id, kept.existing), (task.id, false));
    let claim = subject.claim_one().await;
    assert_eq!(claim.at.id, task.id);
    assert_eq!((claim.name.as_ref(), &*claim.queue), ("mail.digest", "default"));
    assert_eq!((claim.priority, &claim.payload, &claim.trace), (TaskPriority::High, &task.payload, &task.trace));
    assert_eq!((claim.attempt, claim.max_attempts), (1, 3));
    assert_eq!((claim.timeout, claim.result), (task.timeout, task.result));
}

pub(crate) async fn an_id_is_kept_once(subject: &Subject) {
    let task = new_task("a");
    assert!(!subject.enqueue(task.clone()).await.existing);
    // The first reply was lost, so the caller says it again.
    assert!(!subject.enqueue(task).await.existing);
    assert_eq!(subject.claim(5).await.len(), 1);
}

pub(crate) async fn a_scheduled_task_waits_for_its_time(subject: &Subject) {
    let wait = Duration::from_millis(300);
    subject.enqueue(NewTask { run_at: RunAt::After(wait), ..new_task("after") }).await;
    let now = subject.store.now().await.unwrap();
    subject.enqueue(NewTask { run_at: RunAt::At(now + wait), ..new_task("at") }).await;
    assert!(subject.claim(5).await.is_empty());
    subject.pass(wait + Duration::from_millis(100)).await;
    assert_eq!(subject.claim(5).await.len(), 2);
}

fn unique(within: Option<Duration>) -> NewTask {
    NewTask { unique: Some(Unique { key: "digest:7".to_owned(), within }), ..new_task("digest") }
}

pub(crate) async fn a_unique_key_is_held_while_its_task_lives(subject: &Subject) {
    let first = subject.enqueue(unique(None)).await;
    let second = subject.enqueue(unique(None)).await;
    assert_eq!((second.id, second.existing), (first.id, true));
    let claim = subject.claim_one().await;
    assert!(subject.enqueue(unique(None)).await.existing, "it runs");
    subject.end(claim.at, done()).await;
    assert!(!subject.enqueue(unique(None)).await.existing, "it has ended");
}

pub(crate) async fn a_unique_key_is_held_for_its_period(subject: &Subject) {
    let period = Duration::from_millis(500);
    let first = subject.enqueue(unique(Some(period))).await;
    let claim = subject.claim_one().await;
    subject.end(claim.at, done()).await;
    let second = subject.enqueue(unique(Some(period))).await;
    assert_eq!((second.id, second.existing), (first.id, true));
    subject.pass(period + Duration::from_millis(100)).await;
    assert!(!subject.enqueue(unique(Some(period))).await.existing);
}

pub(crate) async fn a_duplicate_does_not_fail_its_batch(subject: &Subject) {
    let first = subject.enqueue(unique(None)).await;
    let batch = [new_task("a"), unique(None), new_task("b"), unique(None)];
    let rows = subject.store.enqueue(&batch).await.unwrap();
    let existing: Vec<bool> = rows.iter().map(|row| row.existing).collect();
    assert_eq!(existing, [false, true, false, true]);
    assert_eq!((rows[1].id, rows[3].id), (first.id, first.id));
    let twice = NewTask { unique: Some(Unique { key: "new".to_owned(), within: None }), ..new_task("c") };
    let twice = [twice.clone(), NewTask { id: TaskId::new(), ..twice }];
    let rows = subject.store.enqueue(&twice).await.unwrap();
    assert_eq!((rows[0].existing, rows[1].existing), (false, true), "both in one batch");
    assert_eq!(rows[1].id, rows[0].id);
    let queued = TaskFilter { states: vec![TaskState::Queued], ..TaskFilter::default() };
    assert_eq!(subject.store.inspect(&queued).await.unwrap().items.len(), 4);
}

/// Keeps a task with the key, and lets it end.
async fn ended(subject: &Subject, within: Option<Duration>, outcome: Outcome) -> TaskId {
    let kept = subject.enqueue(unique(within)).await;
    assert!(!kept.existing, "{kept:?}");
    subject.end(subject.claim_one().await.at, outcome).await;
    kept.id
}

async fn retry(subject: &Subject, id: TaskId) {
    assert_eq!(subject.store.admin(&AdminAction::Retry(TaskFilter::one(id))).await.unwrap(), 1);
}

pub(crate) async fn a_task_that_is_retried_by_hand_has_its_unique_key_again(subject: &Subject) {
    let first = ended(subject, None, dead()).await;
    ended(subject, None, done()).await;
    retry(subject, first).await;
    let third = subject.enqueue(unique(None)).await;
    assert_eq!((third.id, third.existing), (first, true));
}

pub(crate) async fn a_unique_key_whose_period_is_over_is_free_for_a_retried_task(subject: &Subject) {
    let period = Duration::from_millis(300);
    let first = ended(subject, Some(period), dead()).await;
    subject.pass(period).await;
    ended(subject, Some(period), done()).await;
    subject.pass(period).await;
    retry(subject, first).await;
    let third = subject.enqueue(unique(Some(period))).await;
    assert_eq!((third.id, third.existing), (first, true));
}

pub(crate) async fn a_retried_task_leaves_its_unique_key_to_who_has_it(subject: &Subject) {
    let first = ended(subject, None, dead()).await;
    let second = subject.enqueue(unique(None)).await;
    assert!(!second.existing);
    retry(subject, first).await;
    let third = subject.enqueue(unique(None)).await;
    assert_eq!((third.id, third.existing), (second.id, true));
}
