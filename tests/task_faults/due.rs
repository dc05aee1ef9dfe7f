//! A backlog that becomes due in one moment.

use std::time::{Duration, Instant};

use velithon::task::store::{NewTask, RunAt};

use crate::world::{Kind, World, all_done, work};
use crate::{Outcome, Scale};

pub(crate) fn many_tasks_due_at_once_drain(kind: Kind, scale: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "30s");
    let count = scale.of(12_000, 50_000);
    let delay = RunAt::After(Duration::from_secs(2));
    let tasks: Vec<NewTask> = (0..count).map(|_| NewTask { run_at: delay, ..work(0) }).collect();
    world.enqueue(&tasks);
    let begun = Instant::now();
    let workers = [world.worker(), world.worker()];
    world.drained(scale.of(Duration::from_secs(90), Duration::from_secs(400)))?;
    let took = begun.elapsed();
    drop(workers);
    all_done(&world.rows("work"), count)?;
    Ok(format!("{count} tasks in {:.1} s", took.as_secs_f64()))
}
