//! Holders that are lost, late, or give back.

use std::time::Duration;

use super::{LEASE, Subject, done, new_task};
use crate::task::state::{Reason, TaskState};
use crate::task::store::{NewTask, Renewal, Swept, retention};

async fn lease_over(subject: &Subject) {
    subject.pass(LEASE + Duration::from_millis(100)).await;
}

pub(crate) async fn a_lost_lease_gives_the_task_to_another(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let first = subject.claim_one().await;
    assert_eq!(subject.store.sweep(100).await.unwrap(), Swept::default(), "the lease holds");
    lease_over(subject).await;
    assert_eq!(subject.store.sweep(100).await.unwrap(), Swept { lost: 1, dead: 0, removed: 0 });
    let second = subject.claim_one().await;
    assert_eq!((second.at.id, second.attempt), (id, 2));
    assert!(second.at.fence > first.at.fence);
    let row = subject.row(id).await;
    assert_eq!((row.crashes, row.runs[0].outcome.as_deref()), (1, Some("lost")));
}

pub(crate) async fn a_renewed_lease_holds(subject: &Subject) {
    subject.enqueue(new_task("a")).await;
    let claim = subject.claim_one().await;
    for _ in 0..3 {
        subject.pass(LEASE * 2 / 3).await;
        assert_eq!(subject.store.renew(&[claim.at], LEASE).await.unwrap(), [Renewal::Held]);
        assert_eq!(subject.store.sweep(100).await.unwrap().lost, 0);
    }
}

pub(crate) async fn a_late_renewal_is_told(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..2).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    let claims = subject.claim(2).await;
    subject.end(claims[0].at, done()).await;
    let held = subject.store.renew(&[claims[0].at, claims[1].at], LEASE).await.unwrap();
    assert_eq!(held, [Renewal::Lost, Renewal::Held]);
    lease_over(subject).await;
    subject.store.sweep(100).await.unwrap();
    assert_eq!(subject.store.renew(&[claims[1].at], LEASE).await.unwrap(), [Renewal::Lost]);
}

pub(crate) async fn the_third_lost_lease_makes_a_task_dead(subject: &Subject) {
    let id = subject.enqueue(NewTask { max_attempts: 21, ..new_task("poison") }).await.id;
    for lost in 1..=3 {
        assert_eq!(subject.claim(1).await.len(), 1);
        lease_over(subject).await;
        let swept = subject.store.sweep(100).await.unwrap();
        assert_eq!((swept.lost, swept.dead), (1, u64::from(lost == 3)));
    }
    let row = subject.row(id).await;
    assert_eq!((row.state, row.reason, row.crashes), (TaskState::Dead, Some(Reason::Crashed), 3));
    assert!(subject.claim(1).await.is_empty());
}

pub(crate) async fn a_task_given_back_has_not_been_tried(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    subject.store.release(&[claim.at]).await.unwrap();
    let row = subject.row(id).await;
    assert_eq!((row.state, row.attempt, row.crashes), (TaskState::Queued, 0, 0));
    let again = subject.claim_one().await;
    assert_eq!(again.attempt, 1);
    subject.store.release(&[claim.at]).await.unwrap();
    assert_eq!(subject.state(id).await, TaskState::Running, "the one who gave it back has no say any more");
}

pub(crate) async fn ended_tasks_are_removed_after_their_time(subject: &Subject) {
    subject.enqueue(new_task("a")).await;
    let claim = subject.claim_one().await;
    subject.end(claim.at, done()).await;
    assert_eq!(subject.store.sweep(100).await.unwrap().removed, 0);
    let before = subject.store.now().await.unwrap();
    subject.pass(retention::ENDED + Duration::from_secs(1)).await;
    // Only a clock that can be moved lets a day pass.
    if subject.store.now().await.unwrap() > before + retention::ENDED {
        assert_eq!(subject.store.sweep(100).await.unwrap().removed, 1);
    }
}
