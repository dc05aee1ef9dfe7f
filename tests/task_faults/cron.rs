//! Many processes with one schedule.

use std::collections::HashSet;
use std::time::Duration;

use velithon_tests::Service;

use crate::world::{Kind, World};
use crate::{Outcome, Scale};

pub(crate) fn each_tick_runs_once(kind: Kind, scale: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "5s");
    let workers: Vec<Service> = (0..5).map(|_| world.worker()).collect();
    let seconds = scale.of(5, 60);
    let half = Duration::from_secs(seconds) / 2;
    std::thread::sleep(half);
    // One sleeps across ticks, and wakes with a clock that went on.
    workers[0].signal("STOP");
    std::thread::sleep(Duration::from_millis(2500));
    workers[0].signal("CONT");
    std::thread::sleep(half);
    drop(workers);
    let rows = world.rows("tick");
    let distinct: HashSet<i64> = rows.iter().map(|row| row.enqueued_at.micros() / 1_000_000).collect();
    if distinct.len() != rows.len() {
        return Err(format!("{} runs for {} ticks", rows.len(), distinct.len()));
    }
    let least = usize::try_from(seconds).unwrap_or(0);
    if rows.len() < least {
        return Err(format!("{} runs in more than {least} seconds", rows.len()));
    }
    Ok(format!("{} ticks of 5 processes, one run each", rows.len()))
}
