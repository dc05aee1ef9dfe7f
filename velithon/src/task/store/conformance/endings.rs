//! How attempts end.

use std::time::Duration;

use bytes::Bytes;

use super::{Subject, done, failed, new_task};
use crate::task::state::{End, Reason, TaskState};
use crate::task::store::{Accepted, Ending, NewTask, Outcome, Progress};

pub(crate) async fn a_task_that_ends_well_is_done(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    assert_eq!(subject.state(id).await, TaskState::Running);
    assert_eq!(subject.end(claim.at, done()).await, Accepted::Accepted);
    let row = subject.row(id).await;
    assert_eq!((row.state, row.attempt, row.reason), (TaskState::Done, 1, None));
    assert!(row.finished_at.is_some() && row.started_at.is_some());
    let outcomes: Vec<_> = row.runs.iter().map(|run| run.outcome.as_deref()).collect();
    assert_eq!(outcomes, [Some("done")]);
}

pub(crate) async fn a_result_is_kept_for_its_time(subject: &Subject) {
    let kept = Duration::from_millis(500);
    let id = subject.enqueue(NewTask { result: Some(kept), ..new_task("a") }).await.id;
    let claim = subject.claim_one().await;
    let result = Some(Bytes::from_static(br#"{"pages":3}"#));
    subject.end(claim.at, Outcome { result: result.clone(), ..done() }).await;
    assert_eq!(subject.row(id).await.result, result);
    subject.pass(kept + Duration::from_millis(100)).await;
    assert_eq!(subject.row(id).await.result, None);
}

pub(crate) async fn a_failed_task_waits_for_its_retry(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    let retry_in = Duration::from_millis(400);
    subject.end(claim.at, Outcome { end: End::Failed { retry_in }, ..failed("no route") }).await;
    let row = subject.row(id).await;
    assert_eq!((row.state, row.attempt, row.error.as_deref()), (TaskState::Queued, 1, Some("no route")));
    assert!(subject.claim(1).await.is_empty(), "it is too early");
    subject.pass(retry_in + Duration::from_millis(100)).await;
    let again = subject.claim_one().await;
    assert_eq!((again.at.id, again.attempt), (id, 2));
    assert!(again.at.fence > claim.at.fence);
}

pub(crate) async fn a_task_fails_as_often_as_it_may(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    for attempt in 1..=3 {
        let claim = subject.claim_one().await;
        assert_eq!(claim.attempt, attempt);
        subject.end(claim.at, failed("again")).await;
    }
    let row = subject.row(id).await;
    assert_eq!((row.state, row.reason, row.attempt), (TaskState::Dead, Some(Reason::Failed), 3));
    assert_eq!(row.runs.len(), 3);
    assert!(row.runs.iter().all(|run| run.outcome.as_deref() == Some("failed")));
    assert!(subject.claim(1).await.is_empty());
}

pub(crate) async fn a_task_that_says_never_is_dead(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    let end = End::Dead(Reason::Never);
    subject.end(claim.at, Outcome { end, error: Some("no such account".to_owned()), result: None }).await;
    let row = subject.row(id).await;
    assert_eq!((row.state, row.reason), (TaskState::Dead, Some(Reason::Never)));
    assert_eq!(row.error.as_deref(), Some("no such account"));
}

pub(crate) async fn the_same_ending_is_accepted_twice(subject: &Subject) {
    for outcome in [done(), failed("again")] {
        let id = subject.enqueue(NewTask { queue: "twice".into(), ..new_task("a") }).await.id;
        let claim = subject.claim_from("twice", 1).await.remove(0);
        assert_eq!(subject.end(claim.at, outcome.clone()).await, Accepted::Accepted);
        let first = subject.row(id).await;
        assert_eq!(subject.end(claim.at, outcome).await, Accepted::Accepted, "the first reply was lost");
        let second = subject.row(id).await;
        assert_eq!((second.state, second.attempt, second.run_at), (first.state, first.attempt, first.run_at));
        subject.claim_from("twice", 1).await;
    }
}

pub(crate) async fn a_stale_ending_changes_nothing(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let late = subject.claim_one().await;
    subject.pass(super::LEASE + Duration::from_millis(100)).await;
    subject.store.sweep(100).await.unwrap();
    assert_eq!(subject.end(late.at, done()).await, Accepted::Stale, "it waits again");
    let other = subject.claim_one().await;
    assert_eq!(subject.end(late.at, done()).await, Accepted::Stale, "another has it");
    assert_eq!(subject.state(id).await, TaskState::Running);
    assert_eq!(subject.end(other.at, done()).await, Accepted::Accepted);
    assert_eq!(subject.end(late.at, failed("late")).await, Accepted::Stale, "it is done");
    assert_eq!((subject.state(id).await, subject.row(id).await.error), (TaskState::Done, None));
}

pub(crate) async fn one_stale_ending_harms_no_other(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..3).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    let claims = subject.claim(3).await;
    subject.store.release(&[claims[1].at]).await.unwrap();
    let endings: Vec<Ending> = claims.iter().map(|claim| Ending { claim: claim.at, outcome: done() }).collect();
    let accepted = subject.store.complete(&endings).await.unwrap();
    assert_eq!(accepted, [Accepted::Accepted, Accepted::Stale, Accepted::Accepted]);
}

pub(crate) async fn an_unknown_name_goes_back_uncounted(subject: &Subject) {
    let id = subject.enqueue(new_task("later.version")).await.id;
    let claim = subject.claim_one().await;
    let end = End::Unknown { retry_in: Duration::from_secs(60) };
    subject.end(claim.at, Outcome { end, error: None, result: None }).await;
    let row = subject.row(id).await;
    assert_eq!((row.state, row.attempt, row.reason), (TaskState::Queued, 0, Some(Reason::Unknown)));
}

pub(crate) async fn the_result_of_a_step_comes_with_the_retry(subject: &Subject) {
    subject.enqueue(new_task("a")).await;
    let claim = subject.claim_one().await;
    assert!(claim.steps.is_empty());
    let value = Bytes::from_static(b"\"sent\"");
    let step = Progress::Step("smtp".to_owned(), value.clone());
    assert_eq!(subject.store.progress(&claim.at, step.clone()).await.unwrap(), Accepted::Accepted);
    subject.end(claim.at, failed("after the step")).await;
    assert_eq!(subject.store.progress(&claim.at, step).await.unwrap(), Accepted::Stale);
    assert_eq!(subject.claim_one().await.steps.get("smtp"), Some(&value));
}

pub(crate) async fn progress_is_shown(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    subject.store.progress(&claim.at, Progress::Told(0.5, "rendered".to_owned())).await.unwrap();
    assert_eq!(subject.row(id).await.progress, Some((0.5, "rendered".to_owned())));
}
