//! What comes out, and to whom.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{LEASE, Subject, new_task};
use crate::task::id::WorkerId;
use crate::task::priority::TaskPriority;
use crate::task::store::{NewTask, QueueName, RunAt};

pub(crate) async fn each_task_is_claimed_by_one(subject: &Subject) {
    subject.enqueue(new_task("a")).await;
    assert_eq!(subject.claim(5).await.len(), 1);
    assert!(subject.claim(5).await.is_empty());
}

pub(crate) async fn urgent_tasks_come_first(subject: &Subject) {
    for priority in [TaskPriority::Low, TaskPriority::Normal, TaskPriority::Critical, TaskPriority::High] {
        subject.enqueue(NewTask { priority, ..new_task(priority.name()) }).await;
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        order.extend(subject.claim(1).await.into_iter().map(|claim| claim.priority));
    }
    assert_eq!(order, TaskPriority::ALL);
}

pub(crate) async fn a_claim_takes_no_more_than_it_asks_for(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..7).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    assert_eq!(subject.claim(3).await.len(), 3);
    assert_eq!(subject.claim(3).await.len(), 3);
    assert_eq!(subject.claim(3).await.len(), 1);
}

pub(crate) async fn a_claim_takes_from_its_queue_only(subject: &Subject) {
    subject.enqueue(NewTask { queue: "mail".into(), ..new_task("a") }).await;
    assert!(subject.claim(5).await.is_empty());
    assert_eq!(subject.claim_from("mail", 5).await.len(), 1);
}

pub(crate) async fn claims_at_once_share_the_tasks(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..200).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    let claiming: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&subject.store);
            tokio::spawn(async move {
                let (mut got, queue) = (Vec::new(), QueueName::from("default"));
                loop {
                    let taken = store.claim(&queue, 7, WorkerId::new(), LEASE).await.unwrap().taken;
                    if taken.is_empty() {
                        return got;
                    }
                    got.extend(taken.into_iter().map(|claim| claim.at.id));
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for one in claiming {
        all.extend(one.await.unwrap());
    }
    // A store that skips what another locks may leave a rest to the next claim.
    all.extend(subject.claim(200).await.into_iter().map(|claim| claim.at.id));
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (200, 200));
}

pub(crate) async fn a_store_tells_when_the_next_is_due_or_nothing(subject: &Subject) {
    let hour = Duration::from_secs(3600);
    subject.enqueue(NewTask { run_at: RunAt::After(hour), ..new_task("a") }).await;
    let claims = subject.store.claim(&QueueName::from("default"), 1, WorkerId::new(), LEASE).await.unwrap();
    assert!(claims.taken.is_empty());
    assert!(claims.next_in.is_none_or(|next| next <= hour && next > hour / 2), "{:?}", claims.next_in);
}
