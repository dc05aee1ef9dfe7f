//! One attempt: from a claim to its ending. Whatever the task does, there is an ending.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::time::timeout;

use super::start::Start;
use super::workers::Engine;
use crate::inject::Resolver;
use crate::reply::{Error, Result};
use crate::task::context::TaskContext;
use crate::task::job::Undecodable;
use crate::task::outcome::Retry;
use crate::task::record::TaskRecord;
use crate::task::state::{End, Reason};
use crate::task::store::{Claim, Ending, Outcome};
use crate::task::time::Timestamp;

/// How long a task of an unknown name waits: as long again as it has existed, within these bounds.
const UNKNOWN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// Runs a claimed task to its end.
pub(super) async fn attempt(engine: &Arc<Engine>, claim: Claim, context: TaskContext) -> Ending {
    let at = claim.at;
    let outcome = match engine.registry.find(&claim.name) {
        Some((record, run)) => {
            let Claim { payload, timeout, attempt, .. } = claim;
            let start = Start { context, payload };
            let ended = within(timeout, &start, run(&start, Resolver::new(&engine.container, None))).await;
            outcome(record, attempt, ended)
        }
        None => unknown(&claim),
    };
    Ending { claim: at, outcome }
}

/// The task until it ends or its time is over; asked to stop when nine tenths of it are.
async fn within(limit: Duration, start: &Start, running: impl Future<Output = Result<Option<Bytes>>>) -> Ended {
    let mut running = pin!(AssertUnwindSafe(running).catch_unwind());
    let asked = limit.mul_f64(0.9);
    if let Ok(ended) = timeout(asked, &mut running).await {
        return ended.unwrap_or_else(|panic| Err(Error::of_panic("the task", &*panic)));
    }
    start.context.cancel();
    match timeout(limit - asked, running).await {
        Ok(ended) => ended.unwrap_or_else(|panic| Err(Error::of_panic("the task", &*panic))),
        Err(_) => Err(Error::internal(format!("it was cut after {}", crate::config::duration::format(limit)))),
    }
}

type Ended = Result<Option<Bytes>>;

fn outcome(record: &TaskRecord, attempt: u32, ended: Ended) -> Outcome {
    match ended {
        Ok(result) => Outcome { end: End::Done, error: None, result },
        Err(error) => {
            let end = end_of(record, attempt, &error);
            Outcome { end, error: Some(format!("{error:?}")), result: None }
        }
    }
}

/// What an error means for the next attempt.
fn end_of(record: &TaskRecord, attempt: u32, error: &Error) -> End {
    if error.downcast_ref::<Undecodable>().is_some() {
        return End::Dead(Reason::Undecodable);
    }
    match error.downcast_ref::<Retry>().map(Retry::delay) {
        Some(None) => End::Dead(Reason::Never),
        Some(Some(retry_in)) => End::Failed { retry_in },
        None => End::Failed { retry_in: record.options.backoff.wait(attempt, fastrand::f64()) },
    }
}

fn unknown(claim: &Claim) -> Outcome {
    tracing::warn!(task = %claim.name, id = %claim.at.id, "no task of this name here; it goes back to its queue");
    let age = Timestamp::now().since(claim.enqueued_at);
    let end = End::Unknown { retry_in: age.clamp(UNKNOWN.0, UNKNOWN.1) };
    Outcome { end, error: Some(format!("this worker has no task `{}`", claim.name)), result: None }
}
