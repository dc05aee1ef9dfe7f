//! What every store must do, as functions over any of them; [`suite!`] makes them the tests of one.
//!
//! A store whose clock cannot be moved sleeps instead, so the times here are short.

pub(crate) mod admin;
pub(crate) mod claims;
pub(crate) mod endings;
pub(crate) mod enqueueing;
pub(crate) mod leases;
pub(crate) mod queues;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{
    Accepted, Claim, ClaimRef, Ending, EnqueuedRow, NewTask, Outcome, QueueName, RunAt, TaskFilter, TaskRow, TaskStore,
};
use crate::inject::BoxFuture;
use crate::task::id::{TaskId, WorkerId};
use crate::task::priority::TaskPriority;
use crate::task::state::{End, Reason, TaskState};

/// A lease that does not end while a test runs, unless the test moves the clock.
pub(crate) const LEASE: Duration = Duration::from_millis(400);

/// An empty store, and how its time passes.
pub(crate) struct Subject {
    pub(crate) store: Arc<dyn TaskStore>,
    advance: Box<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>,
    /// Drops what the store stands on, such as a folder, after it.
    _held: Option<Box<dyn std::any::Any + Send + Sync>>,
}

impl Subject {
    pub(crate) fn new(
        store: Arc<dyn TaskStore>,
        advance: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self { store, advance: Box::new(advance), _held: None }
    }

    /// Keeps something for as long as the store.
    #[allow(dead_code)] // Only the stores that stand on something need it.
    pub(crate) fn holding(mut self, held: impl std::any::Any + Send + Sync) -> Self {
        self._held = Some(Box::new(held));
        self
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        (self.advance)(time).await;
    }

    pub(crate) async fn enqueue(&self, task: NewTask) -> EnqueuedRow {
        self.store.enqueue(&[task]).await.unwrap()[0]
    }

    /// Up to `n` tasks of the default queue.
    pub(crate) async fn claim(&self, n: u32) -> Vec<Claim> {
        self.claim_from("default", n).await
    }

    pub(crate) async fn claim_from(&self, queue: &str, n: u32) -> Vec<Claim> {
        self.store.claim(&QueueName::from(queue), n, WorkerId::new(), LEASE).await.unwrap().taken
    }

    /// The one task that is due.
    pub(crate) async fn claim_one(&self) -> Claim {
        let mut claims = self.claim(2).await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims.remove(0)
    }

    pub(crate) async fn end(&self, claim: ClaimRef, outcome: Outcome) -> Accepted {
        self.store.complete(&[Ending { claim, outcome }]).await.unwrap()[0]
    }

    pub(crate) async fn row(&self, id: TaskId) -> TaskRow {
        let filter = TaskFilter { runs: true, ..TaskFilter::one(id) };
        let mut page = self.store.inspect(&filter).await.unwrap();
        page.items.pop().expect("a task that is kept")
    }

    pub(crate) async fn state(&self, id: TaskId) -> TaskState {
        self.row(id).await.state
    }
}

/// A task of the default queue with three attempts.
pub(crate) fn new_task(name: &'static str) -> NewTask {
    NewTask {
        id: TaskId::new(),
        name: Cow::Borrowed(name),
        queue: "default".into(),
        priority: TaskPriority::Normal,
        run_at: RunAt::Now,
        payload: Bytes::from_static(b"[7]"),
        max_attempts: 3,
        max_crashes: 3,
        timeout: Duration::from_secs(60),
        unique: None,
        result: None,
        trace: None,
        expires: None,
    }
}

pub(crate) fn done() -> Outcome {
    Outcome { end: End::Done, error: None, result: None }
}

/// An ending for good.
pub(crate) fn dead() -> Outcome {
    Outcome { end: End::Dead(Reason::Undecodable), error: Some("no number".to_owned()), result: None }
}

/// A failure to be retried at once.
pub(crate) fn failed(error: &str) -> Outcome {
    let end = End::Failed { retry_in: Duration::ZERO };
    Outcome { end, error: Some(error.to_owned()), result: None }
}

/// The tests of one store: each begins with what the expression makes, a [`Subject`] in a future.
macro_rules! suite {
    ($subject:expr) => {
        crate::task::store::conformance::suite! { @ $subject;
            enqueueing: a_task_comes_out_as_it_went_in, an_id_is_kept_once, a_scheduled_task_waits_for_its_time,
                a_unique_key_is_held_while_its_task_lives, a_unique_key_is_held_for_its_period,
                a_duplicate_does_not_fail_its_batch, a_task_that_is_retried_by_hand_has_its_unique_key_again,
                a_unique_key_whose_period_is_over_is_free_for_a_retried_task,
                a_retried_task_leaves_its_unique_key_to_who_has_it;
            claims: each_task_is_claimed_by_one, urgent_tasks_come_first, a_claim_takes_no_more_than_it_asks_for,
                a_claim_takes_from_its_queue_only, claims_at_once_share_the_tasks,
                a_store_tells_when_the_next_is_due_or_nothing;
            endings: a_task_that_ends_well_is_done, a_result_is_kept_for_its_time, a_failed_task_waits_for_its_retry,
                a_task_fails_as_often_as_it_may, a_task_that_says_never_is_dead, the_same_ending_is_accepted_twice,
                a_stale_ending_changes_nothing, one_stale_ending_harms_no_other, an_unknown_name_goes_back_uncounted,
                the_result_of_a_step_comes_with_the_retry, progress_is_shown;
            leases: a_lost_lease_gives_the_task_to_another, a_renewed_lease_holds, a_late_renewal_is_told,
                the_third_lost_lease_makes_a_task_dead, a_task_given_back_has_not_been_tried,
                ended_tasks_are_removed_after_their_time;
            queues: a_paused_queue_gives_nothing, a_queue_runs_no_more_than_its_limit, a_rate_is_kept,
                what_waits_is_counted, a_tick_is_noted_once, a_tick_without_a_task_is_noted, a_new_task_wakes_a_worker;
            admin: a_waiting_task_is_cancelled_at_once, a_running_task_is_asked_to_stop,
                a_dead_task_is_retried_with_all_attempts, purged_tasks_are_gone, a_list_comes_in_pages,
                tasks_are_found_by_what_they_are;
        }
    };
    (@ $subject:expr; $($module:ident: $($name:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                crate::task::store::conformance::$module::$name(&$subject.await).await;
            })+
        })+
    };
}

pub(crate) use suite;
