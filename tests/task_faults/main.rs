//! What tasks promise, held against processes that are killed, stopped and drained: `cargo test -p velithon-tests --test
//! task_faults`, and with `-- --soak` for as long as the promises say.
//!
//! Prints a table with one row for each promise, and the seed of everything that is random; `TASK_FAULTS_SEED` repeats it.

#![deny(warnings)]
#![forbid(unsafe_code)]

mod crash;
mod cron;
mod drain;
mod due;
mod fencing;
mod restart;
mod transaction;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use world::Kind;

/// What a promise was held against, or how it was broken.
type Outcome = Result<String, String>;

/// How much is done.
#[derive(Clone, Copy)]
struct Scale {
    soak: bool,
}

impl Scale {
    fn of<T>(self, short: T, soak: T) -> T {
        if self.soak { soak } else { short }
    }
}

type Check = fn(Kind, Scale, &mut fastrand::Rng) -> Outcome;

const BOTH: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

const CHECKS: [(&str, &[Kind], Check); 9] = [
    ("kill -9 of workers: nothing is lost, one completion each", &BOTH, crash::nothing_is_lost),
    ("a task that kills its worker is dead after 3", &BOTH, crash::a_poisonous_task_is_dead_after_three),
    ("a worker that was stopped too long is refused", &BOTH, fencing::a_late_worker_is_refused),
    ("five schedulers, one run for each tick", &BOTH, cron::each_tick_runs_once),
    ("many tasks due at once drain", &BOTH, due::many_tasks_due_at_once_drain),
    ("SIGTERM under load: no 5xx, no attempt counted", &BOTH, drain::the_end_counts_no_attempt),
    ("SIGTERM with long tasks: given back, exit 1 in the grace", &BOTH, drain::what_is_cut_is_given_back),
    ("killed between insert and commit: rows equal tasks", &BOTH, transaction::rows_equal_tasks),
    ("PostgreSQL stopped at once, again and again: nothing lost", &[Kind::Postgres], restart::workers_resume),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scale = Scale { soak: arguments.iter().any(|argument| argument == "--soak") };
    let only = arguments.iter().find(|argument| !argument.starts_with('-'));
    let seed = std::env::var("TASK_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}");
    let mut broken = 0;
    let asked = |name: &str| only.is_none_or(|only| name.contains(only.as_str()));
    for (name, kinds, check) in CHECKS.iter().filter(|(name, ..)| asked(name)) {
        for kind in *kinds {
            let begun = Instant::now();
            let outcome = check(*kind, scale, &mut fastrand::Rng::with_seed(seed));
            let (verdict, told) = match &outcome {
                Ok(told) => ("held", told),
                Err(told) => ("BROKEN", told),
            };
            broken += usize::from(outcome.is_err());
            let (store, took) = (format!("{kind:?}"), begun.elapsed().as_secs_f64());
            println!("{verdict:6} | {name:60} | {store:8} | {took:5.1} s | {told}");
        }
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
