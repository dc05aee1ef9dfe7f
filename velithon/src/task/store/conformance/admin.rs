//! What an operator may do.

use super::{LEASE, Subject, dead, done, failed, new_task};
use crate::task::state::{Reason, TaskState};
use crate::task::store::{Accepted, AdminAction, NewTask, Renewal, TaskFilter};

pub(crate) async fn a_waiting_task_is_cancelled_at_once(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let done = subject.store.admin(&AdminAction::Cancel(TaskFilter::one(id))).await.unwrap();
    assert_eq!((done, subject.state(id).await), (1, TaskState::Cancelled));
    assert!(subject.claim(1).await.is_empty());
}

pub(crate) async fn a_running_task_is_asked_to_stop(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    subject.store.admin(&AdminAction::Cancel(TaskFilter::one(id))).await.unwrap();
    assert_eq!(subject.state(id).await, TaskState::Running);
    assert_eq!(subject.store.renew(&[claim.at], LEASE).await.unwrap(), [Renewal::CancelRequested]);
    assert_eq!(subject.end(claim.at, failed("stopped")).await, Accepted::Accepted);
    assert_eq!(subject.state(id).await, TaskState::Cancelled);
    assert!(subject.claim(1).await.is_empty());
}

pub(crate) async fn a_dead_task_is_retried_with_all_attempts(subject: &Subject) {
    let id = subject.enqueue(new_task("a")).await.id;
    let claim = subject.claim_one().await;
    subject.end(claim.at, dead()).await;
    assert_eq!(subject.store.admin(&AdminAction::Retry(TaskFilter::one(id))).await.unwrap(), 1);
    let row = subject.row(id).await;
    assert_eq!((row.state, row.attempt, row.reason), (TaskState::Queued, 0, None));
    assert_eq!(row.runs.len(), 1, "its history stays");
    let again = subject.claim_one().await;
    assert!(again.at.fence > claim.at.fence);
    subject.end(again.at, done()).await;
    assert_eq!(subject.store.admin(&AdminAction::Retry(TaskFilter::one(id))).await.unwrap(), 0, "it is done");
}

pub(crate) async fn purged_tasks_are_gone(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..3).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    let claims = subject.claim(2).await;
    subject.end(claims[0].at, dead()).await;
    assert_eq!(subject.store.admin(&AdminAction::Purge(TaskFilter::default())).await.unwrap(), 2);
    let left = subject.store.inspect(&TaskFilter::default()).await.unwrap().items;
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [claims[1].at.id], "what runs stays");
}

pub(crate) async fn a_list_comes_in_pages(subject: &Subject) {
    let tasks: Vec<NewTask> = (0..5).map(|_| new_task("a")).collect();
    subject.store.enqueue(&tasks).await.unwrap();
    let (mut ids, mut filter) = (Vec::new(), TaskFilter { limit: 2, ..TaskFilter::default() });
    loop {
        let page = subject.store.inspect(&filter).await.unwrap();
        ids.extend(page.items.iter().map(|row| row.id));
        filter.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = tasks.iter().map(|task| task.id).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

pub(crate) async fn tasks_are_found_by_what_they_are(subject: &Subject) {
    subject.enqueue(NewTask { queue: "mail".into(), ..new_task("digest") }).await;
    let id = subject.enqueue(new_task("resize")).await.id;
    let claim = subject.claim_one().await;
    subject.end(claim.at, dead()).await;
    let all = TaskFilter::default();
    for filter in [
        TaskFilter { name: Some("resize".to_owned()), ..all.clone() },
        TaskFilter { queue: Some("default".to_owned()), ..all.clone() },
        TaskFilter { states: vec![TaskState::Dead, TaskState::Running], ..all.clone() },
        TaskFilter { reason: Some(Reason::Undecodable), ..all.clone() },
        TaskFilter::one(id),
    ] {
        let found = subject.store.inspect(&filter).await.unwrap().items;
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id], "{filter:?}");
    }
    assert_eq!(subject.store.inspect(&all).await.unwrap().items.len(), 2);
}
