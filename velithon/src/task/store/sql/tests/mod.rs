//! The contract over real databases, and what only they have.

mod oracle;
#[cfg(feature = "tasks-postgres")]
mod postgres;
#[cfg(feature = "tasks-sqlite")]
mod sqlite;

use crate::task::id::WorkerId;
use crate::task::state::TaskState;
use crate::task::store::conformance::{failed, new_task};
use crate::task::store::{Accepted, Ending, NewTask, Outcome, Progress, SqlStore, TaskFilter, TaskStore};

/// Neither database takes a NUL in a text; an error may hold one, and a result holds it escaped.
async fn an_error_with_a_nul_ends_its_task_all_the_same(store: &SqlStore) {
    let task = NewTask { payload: r#"["a\u0000b"]"#.into(), max_attempts: 1, ..new_task("a") };
    store.enqueue(std::slice::from_ref(&task)).await.unwrap();
    let claims = store.claim(&"default".into(), 1, WorkerId::new(), std::time::Duration::from_secs(30)).await.unwrap();
    let claim = claims.taken[0].at;
    assert_eq!(claims.taken[0].payload, task.payload);
    let told = Progress::Told(0.5, "half\0way".to_owned());
    assert_eq!(store.progress(&claim, told).await.unwrap(), Accepted::Accepted);
    let outcome = Outcome { result: Some(r#""a\u0000b""#.into()), ..failed("no\0thing") };
    assert_eq!(store.complete(&[Ending { claim, outcome }]).await.unwrap(), [Accepted::Accepted]);
    let row = store.inspect(&TaskFilter::one(task.id)).await.unwrap().items.remove(0);
    assert_eq!((row.state, row.error.as_deref()), (TaskState::Dead, Some("no\u{fffd}thing")));
    assert_eq!(row.progress, Some((0.5, "half\0way".to_owned())));
}
