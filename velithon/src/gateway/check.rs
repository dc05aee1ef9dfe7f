//! Active health checks: one task for each target, on the runtime that started them.
//!
//! All targets are asked at once when they join, so that the slowest does not delay the others, and then each in a time
//! of its own. What the results mean is `policy::health`'s to say; a change is written into the target's standing, where
//! the next request sees it.
//!
//! How a target is asked is a [`Probe`]: HTTP by `probe`, or the service's own [`HealthCheck`](super::HealthCheck).

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{sleep, timeout};

use super::policy::health::{Record, Settings};
use super::random;
use super::target::{FAIL_OPEN, Health, Target, TargetKey};
use super::time::Moment;
use crate::inject::BoxFuture;

/// Asks one target; the error says for the log why it is not well.
pub(crate) type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The checks of one upstream; they end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    tasks: Mutex<HashMap<TargetKey, Task>>,
    /// Woken by every first result.
    first: Arc<Notify>,
}

/// A task that ends with its owner.
#[derive(Debug)]
pub(crate) struct Task(AbortHandle);

impl From<JoinHandle<()>> for Task {
    fn from(task: JoinHandle<()>) -> Self {
        Self(task.abort_handle())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Checks {
    /// Checks these targets from now on: those that are new, at once; those that were checked before, on; and no others.
    pub(crate) fn follow(&self, upstream: &Arc<str>, settings: &Arc<Settings>, targets: Vec<(Arc<Target>, Probe)>) {
        let mut tasks = self.tasks();
        let mut before = std::mem::take(&mut *tasks);
        for (target, probe) in targets {
            let key = target.key().clone();
            let task = before.remove(&key).unwrap_or_else(|| self.start(upstream, settings, target, probe));
            tasks.insert(key, task);
        }
    }

    /// Ends every check; what is known about the targets stays.
    pub(crate) fn stop(&self) {
        self.tasks().clear();
    }

    fn start(&self, upstream: &Arc<str>, settings: &Arc<Settings>, target: Arc<Target>, probe: Probe) -> Task {
        let upstream = Arc::clone(upstream);
        let check = Check { upstream, settings: Arc::clone(settings), target, probe, first: Arc::clone(&self.first) };
        tokio::spawn(check.run()).into()
    }

    /// Waits until every one of the targets has a first result, as long as a target without one is held back.
    pub(crate) async fn first_results(&self, targets: &[Arc<Target>]) {
        let known = || targets.iter().all(|target| target.standing().health() != Health::Unknown);
        let all = async {
            loop {
                // Registered before looking: a result in between is not missed.
                let mut next = std::pin::pin!(self.first.notified());
                next.as_mut().enable();
                if known() {
                    return;
                }
                next.await;
            }
        };
        // What is not known by then is used anyway.
        let _in_time = timeout(FAIL_OPEN, all).await;
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<TargetKey, Task>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The check of one target.
struct Check {
    upstream: Arc<str>,
    settings: Arc<Settings>,
    target: Arc<Target>,
    probe: Probe,
    first: Arc<Notify>,
}

impl Check {
    async fn run(self) {
        let mut record = Record::new(self.target.standing().health());
        loop {
            let result = self.ask().await;
            self.count(result.is_ok());
            if result.is_ok() {
                self.target.standing().answered(Moment::now());
            }
            if let Some(health) = record.observe(result.is_ok(), &self.settings) {
                self.tell(health, result.err());
            }
            sleep(self.wait(&record)).await;
        }
    }

    async fn ask(&self) -> Result<(), String> {
        let late = |_| Err(format!("no answer within {}", crate::config::duration::format(self.settings.timeout)));
        // A panic of the service's own check is a bad result, and no end of the checks.
        let asked = AssertUnwindSafe((self.probe)()).catch_unwind();
        let panicked = |_| Err("the check panicked".to_owned());
        timeout(self.settings.timeout, asked).await.map_or_else(late, |result| result.unwrap_or_else(panicked))
    }

    fn count(&self, passed: bool) {
        let tally = self.target.tally();
        let count = if passed { &tally.checks_passed } else { &tally.checks_failed };
        count.fetch_add(1, Relaxed);
    }

    fn tell(&self, health: Health, why: Option<String>) {
        self.target.standing().set_health(health, Moment::now());
        self.first.notify_waiters();
        // Not `target`: that is the event's own in a line of JSON.
        let (upstream, upstream_target) = (&*self.upstream, self.target.label());
        match why {
            Some(why) => tracing::warn!(upstream, upstream_target, why, "a target is down: its health checks fail"),
            None => tracing::info!(upstream, upstream_target, "a target is up: its health checks succeed"),
        }
    }

    fn wait(&self, record: &Record) -> Duration {
        self.settings.wait(record.health(), &mut random::of_thread())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::gateway::target::{Place, SetOptions, TargetSet};

    fn set(count: usize) -> TargetSet {
        let specs = (0..count).map(|number| format!("http://10.0.0.{number}").parse().expect("a target"));
        TargetSet::new(specs.collect(), SetOptions { checked: true, ..SetOptions::default() }, Moment::now())
    }

    fn targets(set: &TargetSet) -> Vec<Arc<Target>> {
        set.members().iter().map(|member| Arc::clone(&member.target)).collect()
    }

    fn follow(checks: &Checks, set: &TargetSet, probe: &Probe) {
        let all = targets(set).into_iter().map(|target| (target, Arc::clone(probe))).collect();
        checks.follow(&"payments".into(), &Arc::new(Settings::default()), all);
    }

    fn probe<F>(answer: impl Fn() -> F + Send + Sync + 'static) -> Probe
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Arc::new(move || Box::pin(answer()))
    }

    fn eligible(set: &TargetSet) -> usize {
        set.eligible(Moment::now()).len()
    }

    // Regression D9: all at once, not in turn.
    #[tokio::test(start_paused = true)]
    async fn all_targets_are_asked_at_once_and_have_a_result_before_traffic() {
        let (set, checks) = (set(20), Checks::default());
        let slow = probe(|| async {
            sleep(Duration::from_millis(300)).await;
            Ok(())
        });
        let began = tokio::time::Instant::now();
        follow(&checks, &set, &slow);
        assert_eq!(eligible(&set), 0);
        checks.first_results(&targets(&set)).await;
        assert_eq!(eligible(&set), 20);
        assert!(began.elapsed() < Duration::from_millis(400), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_never_answers_is_down_after_its_timeout() {
        let (set, checks) = (set(2), Checks::default());
        let silent = probe(std::future::pending);
        follow(&checks, &set, &silent);
        checks.first_results(&targets(&set)).await;
        assert!(targets(&set).iter().all(|target| target.standing().health() == Health::Down));
    }

    // Regression 31: it was down for less than three checks, so none of them takes it back as one that comes up.
    #[tokio::test(start_paused = true)]
    async fn a_check_that_is_answered_takes_back_who_could_not_be_reached() {
        let (set, checks) = (set(2), Checks::default());
        follow(&checks, &set, &probe(|| async { Ok(()) }));
        checks.first_results(&targets(&set)).await;
        let until = Moment::now() + Duration::from_secs(300);
        let [unreached, failing] = [true, false].map(|why| targets(&set)[usize::from(why)].clone());
        unreached.standing().eject(until, true);
        failing.standing().eject(until, false);
        sleep(Duration::from_secs(12)).await;
        let is_in = |target: &Target| matches!(target.standing().place(Moment::now()), Place::In { .. });
        assert!(is_in(&unreached) && !is_in(&failing));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_panics_is_a_bad_result() {
        let (set, checks) = (set(1), Checks::default());
        follow(&checks, &set, &probe(|| async { panic!("on purpose") }));
        checks.first_results(&targets(&set)).await;
        assert_eq!(set.target(0).standing().health(), Health::Down);
    }

    // Regression 31: recovery is noticed.
    #[tokio::test(start_paused = true)]
    async fn a_target_goes_down_after_three_bad_results_and_comes_back_after_two_good_ones() {
        let (set, checks) = (set(1), Checks::default());
        let (well, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let (its, count) = (Arc::clone(&well), Arc::clone(&asked));
        let answer = probe(move || {
            count.fetch_add(1, Relaxed);
            std::future::ready(if its.load(Relaxed) { Ok(()) } else { Err("503".to_owned()) })
        });
        follow(&checks, &set, &answer);
        checks.first_results(&targets(&set)).await;
        assert_eq!((eligible(&set), asked.load(Relaxed)), (1, 1));
        well.store(false, Relaxed);
        sleep(Duration::from_secs(23)).await;
        assert_eq!((eligible(&set), asked.load(Relaxed)), (1, 3));
        sleep(Duration::from_secs(11)).await;
        assert_eq!(eligible(&set), 0);
        well.store(true, Relaxed);
        // A third of the time while it is down: two rounds are at most 7.4 seconds.
        sleep(Duration::from_millis(7_400)).await;
        assert_eq!(eligible(&set), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_is_gone_is_asked_no_more_and_one_that_stays_is_not_asked_again_at_once() {
        let (first, checks) = (set(2), Checks::default());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let answer = probe(move || {
            count.fetch_add(1, Relaxed);
            std::future::ready(Ok(()))
        });
        follow(&checks, &first, &answer);
        checks.first_results(&targets(&first)).await;
        assert_eq!(asked.load(Relaxed), 2);
        let options = SetOptions { checked: true, ..SetOptions::default() };
        let second = first.next(vec!["http://10.0.0.1".parse().expect("a target")], options, Moment::now());
        follow(&checks, &second, &answer);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(asked.load(Relaxed), 2);
        sleep(Duration::from_secs(11)).await;
        assert_eq!(asked.load(Relaxed), 3);
        drop(checks);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(asked.load(Relaxed), 3);
    }
}
