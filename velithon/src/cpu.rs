//! The threads for work that computes and never waits, as many as the process has cores.
//!
//! The async workers hand over what would hold them for long; the work comes back through a channel of its own. It is
//! taken from one queue by whichever thread is free, so a long job delays its own parts and not those of others.
//!
//! What waits (files, locks, other services) belongs on tokio's blocking threads instead.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use rayon_core::{ThreadPool, ThreadPoolBuilder};

static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let pool = ThreadPoolBuilder::new().thread_name(|number| format!("velithon-cpu-{number}")).build();
    pool.inspect_err(|error| tracing::warn!("no threads for computing, the async workers do it: {error}")).ok()
});

/// How many jobs run at the same time.
pub(crate) fn threads() -> usize {
    POOL.as_ref().map_or(1, ThreadPool::current_num_threads)
}

/// Runs a job on one of the threads, in the order of arrival; here and now when there are none.
///
/// A panic ends the job alone: whoever waits for it sees its end of the channel dropped.
/// Boxed by the caller, so that what runs a job is compiled once for all of them.
pub(crate) fn spawn(job: Box<dyn FnOnce() + Send>) {
    let job = move || drop(catch_unwind(AssertUnwindSafe(job)));
    match POOL.as_ref() {
        Some(pool) => pool.spawn_fifo(job),
        None => job(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_panic_ends_one_job_alone() {
        let (sender, receiver) = mpsc::channel();
        let lost = sender.clone();
        spawn(Box::new(move || {
            let _lost = lost;
            panic!("on purpose");
        }));
        spawn(Box::new(move || sender.send(7).expect("a receiver")));
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [7]);
    }
}
