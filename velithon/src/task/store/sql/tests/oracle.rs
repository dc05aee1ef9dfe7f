//! Random calls on a store and on the memory store: both must say the same.
//!
//! Times are chosen so that no two of them meet: what a test takes itself, less than 5 s, decides nothing.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::inject::BoxFuture;
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::state::{End, Reason};
use crate::task::store::conformance::{Subject, new_task};
use crate::task::store::{
    Accepted, AdminAction, ClaimRef, Ending, EnqueuedRow, MemoryStore, NewTask, Outcome, Progress, Renewal, RunAt,
    Swept, TaskFilter, Unique,
};

const SECOND: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(25);
const HOUR: Duration = Duration::from_secs(3600);

/// A call. Numbers choose among the tasks and claims that there have been.
#[derive(Debug, Clone)]
enum Call {
    Enqueue(Vec<New>),
    Claim { pieces: bool },
    End { claim: usize, end: End },
    EndAll { end: End },
    Release { claim: usize },
    Renew { claim: usize },
    Step { claim: usize },
    Sweep,
    Pass(Duration),
    Cancel { task: usize },
    Retry { task: usize },
    Purge { task: usize },
    RetryAll,
    Pause(bool),
}

#[derive(Debug, Clone)]
struct New {
    priority: usize,
    delay: Option<u64>,
    unique: Option<(u8, Option<u64>)>,
    max_attempts: u32,
    max_crashes: u32,
}

fn new() -> impl Strategy<Value = New> {
    let delay = prop_oneof![3 => Just(None), 1 => Just(Some(15)), 1 => Just(Some(35))];
    let unique = prop::option::weighted(0.4, (0..3u8, prop_oneof![Just(None), Just(Some(45))]));
    (0..4usize, delay, unique, 1..4u32, 1..3u32).prop_map(|(priority, delay, unique, max_attempts, max_crashes)| New {
        priority,
        delay,
        unique,
        max_attempts,
        max_crashes,
    })
}

fn end() -> impl Strategy<Value = End> {
    let retry_in = prop_oneof![Just(Duration::ZERO), Just(15 * SECOND)];
    prop_oneof![
        3 => Just(End::Done),
        3 => retry_in.clone().prop_map(|retry_in| End::Failed { retry_in }),
        1 => Just(End::Dead(Reason::Never)),
        1 => Just(End::Cancelled),
        1 => retry_in.prop_map(|retry_in| End::Unknown { retry_in }),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let some = 0..1000usize;
    prop_oneof![
        6 => prop::collection::vec(new(), 1..4).prop_map(Call::Enqueue),
        5 => any::<bool>().prop_map(|pieces| Call::Claim { pieces }),
        5 => (some.clone(), end()).prop_map(|(claim, end)| Call::End { claim, end }),
        1 => end().prop_map(|end| Call::EndAll { end }),
        2 => some.clone().prop_map(|claim| Call::Release { claim }),
        2 => some.clone().prop_map(|claim| Call::Renew { claim }),
        1 => some.clone().prop_map(|claim| Call::Step { claim }),
        3 => Just(Call::Sweep),
        4 => prop_oneof![4 => Just(10 * SECOND), 2 => Just(30 * SECOND), 1 => Just(25 * HOUR), 1 => Just(31 * 24 * HOUR)].prop_map(Call::Pass),
        2 => some.clone().prop_map(|task| Call::Cancel { task }),
        2 => some.clone().prop_map(|task| Call::Retry { task }),
        1 => some.prop_map(|task| Call::Purge { task }),
        1 => Just(Call::RetryAll),
        1 => any::<bool>().prop_map(Call::Pause),
    ]
}

/// What a store said.
#[derive(Debug, PartialEq)]
enum Said {
    Kept(Vec<EnqueuedRow>),
    Claimed(Vec<(ClaimRef, u32, TaskPriority, Vec<String>)>),
    Ended(Vec<Accepted>),
    Renewed(Vec<Renewal>),
    Swept(Swept),
    Did(u64),
    Nothing,
}

/// The tasks and claims of a run; both stores are asked about the same.
struct Run {
    worker: WorkerId,
    tasks: Vec<TaskId>,
    claims: Vec<ClaimRef>,
}

impl Run {
    fn claim(&self, number: usize) -> Option<ClaimRef> {
        // The latest are the interesting ones.
        self.claims.iter().rev().nth(number % self.claims.len().clamp(1, 6)).copied()
    }

    fn task(&self, number: usize) -> TaskFilter {
        let id = self.tasks.get(number % self.tasks.len().max(1)).copied();
        TaskFilter::one(id.unwrap_or_default())
    }
}

fn task(id: TaskId, new: &New) -> NewTask {
    let key = |(key, within): (u8, Option<u64>)| Unique {
        key: format!("key {key}"),
        within: within.map(Duration::from_secs),
    };
    NewTask {
        id,
        priority: TaskPriority::ALL[new.priority],
        run_at: new.delay.map_or(RunAt::Now, |delay| RunAt::After(Duration::from_secs(delay))),
        unique: new.unique.map(key),
        max_attempts: new.max_attempts,
        max_crashes: new.max_crashes,
        ..new_task("random")
    }
}

fn outcome(end: End) -> Outcome {
    let error = (!matches!(end, End::Done)).then(|| "it \"failed\"\n".to_owned());
    Outcome { end, error, result: None }
}

async fn say(subject: &Subject, run: &Run, ids: &[TaskId], call: &Call) -> Said {
    let store = &subject.store;
    match call {
        Call::Enqueue(new) => {
            let tasks: Vec<NewTask> = ids.iter().zip(new).map(|(id, new)| task(*id, new)).collect();
            Said::Kept(store.enqueue(&tasks).await.unwrap())
        }
        Call::Claim { pieces } => {
            let mut all = Vec::new();
            loop {
                let n = if *pieces { 2 } else { 1000 };
                let taken = store.claim(&"default".into(), n, run.worker, LEASE).await.unwrap().taken;
                if taken.is_empty() {
                    break;
                }
                all.extend(taken);
            }
            // Which of two comes first is not promised.
            all.sort_unstable_by_key(|claim| claim.at.id);
            let told = |claim: crate::task::store::Claim| {
                (claim.at, claim.attempt, claim.priority, claim.steps.into_keys().collect())
            };
            Said::Claimed(all.into_iter().map(told).collect())
        }
        Call::End { claim, end } => match run.claim(*claim) {
            Some(claim) => Said::Ended(store.complete(&[Ending { claim, outcome: outcome(*end) }]).await.unwrap()),
            None => Said::Nothing,
        },
        Call::EndAll { end } => {
            let endings = run.claims.iter().map(|claim| Ending { claim: *claim, outcome: outcome(*end) });
            Said::Ended(store.complete(&endings.collect::<Vec<_>>()).await.unwrap())
        }
        Call::Release { claim } => {
            store.release(run.claim(*claim).as_slice()).await.unwrap();
            Said::Nothing
        }
        Call::Renew { claim } => Said::Renewed(store.renew(run.claim(*claim).as_slice(), LEASE).await.unwrap()),
        Call::Step { claim } => match run.claim(*claim) {
            Some(claim) => {
                let step = Progress::Step("a \"step\"".to_owned(), bytes::Bytes::from_static(b"[1]"));
                Said::Ended(vec![store.progress(&claim, step).await.unwrap()])
            }
            None => Said::Nothing,
        },
        Call::Sweep => Said::Swept(store.sweep(100).await.unwrap()),
        Call::Pass(time) => {
            subject.pass(*time).await;
            Said::Nothing
        }
        Call::Cancel { task } => Said::Did(store.admin(&AdminAction::Cancel(run.task(*task))).await.unwrap()),
        Call::Retry { task } => Said::Did(store.admin(&AdminAction::Retry(run.task(*task))).await.unwrap()),
        Call::Purge { task } => Said::Did(store.admin(&AdminAction::Purge(run.task(*task))).await.unwrap()),
        Call::RetryAll => Said::Did(store.admin(&AdminAction::Retry(TaskFilter::default())).await.unwrap()),
        Call::Pause(paused) => Said::Did(store.admin(&AdminAction::Pause("default".into(), *paused)).await.unwrap()),
    }
}

/// Where every task stands, as text; times differ.
async fn standing(subject: &Subject) -> Vec<String> {
    let filter = TaskFilter { runs: true, limit: 1000, ..TaskFilter::default() };
    let page = subject.store.inspect(&filter).await.unwrap();
    let row = |row: &crate::task::store::TaskRow| {
        let runs: Vec<_> =
            row.runs.iter().map(|run| (run.fence, run.outcome.as_deref(), run.ended_at.is_some())).collect();
        format!(
            "{} {} attempt {} crashes {} fence {} {:?} {:?} asked {} worker {} ended {} {runs:?}",
            row.id,
            row.state,
            row.attempt,
            row.crashes,
            row.fence,
            row.reason,
            row.error,
            row.cancel_requested,
            row.worker.is_some(),
            row.finished_at.is_some(),
        )
    };
    page.items.iter().map(row).collect()
}

async fn compare(subject: &Subject, calls: &[Call]) -> Result<(), TestCaseError> {
    let memory = std::sync::Arc::new(MemoryStore::new());
    let clock = std::sync::Arc::clone(&memory);
    let oracle = Subject::new(memory, move |by| {
        clock.advance(by);
        Box::pin(async {})
    });
    let mut run = Run { worker: WorkerId::new(), tasks: Vec::new(), claims: Vec::new() };
    for (number, call) in calls.iter().enumerate() {
        let ids: Vec<TaskId> =
            if let Call::Enqueue(new) = call { new.iter().map(|_| TaskId::new()).collect() } else { Vec::new() };
        let (expected, said) = (say(&oracle, &run, &ids, call).await, say(subject, &run, &ids, call).await);
        prop_assert_eq!(&said, &expected, "call {} is {:?}", number, call);
        prop_assert_eq!(standing(subject).await, standing(&oracle).await, "after call {}, {:?}", number, call);
        run.tasks.extend(ids);
        if let Said::Claimed(claims) = said {
            run.claims.extend(claims.into_iter().map(|claim| claim.0));
        }
    }
    Ok(())
}

/// Compares a store that is made anew for each run.
pub(super) fn says_what_the_memory_store_says(runs: u32, make: impl Fn() -> BoxFuture<'static, Subject>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: runs, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let calls = prop::collection::vec(call(), 1..60);
    TestRunner::new(config)
        .run(&calls, |calls| {
            runtime.block_on(async {
                let subject = make().await;
                let same = compare(&subject, &calls).await;
                subject.store.close().await;
                same
            })
        })
        .unwrap();
}
