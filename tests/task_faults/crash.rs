//! Workers that are killed.

use std::time::{Duration, Instant};

use velithon::task::store::NewTask;
use velithon::task::{Reason, TaskState};
use velithon_tests::Service;

use crate::world::{Kind, World, all_done, task, work};
use crate::{Outcome, Scale};

/// How many tasks one worker runs at once, as the world configures it.
const SLOTS: usize = 10;

pub(crate) fn nothing_is_lost(kind: Kind, scale: Scale, random: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "2s");
    let count = scale.of(600, 2000);
    let tasks: Vec<NewTask> = (0..count).map(|_| work(random.u64(20..scale.of(150, 400)))).collect();
    world.enqueue(&tasks);
    let mut workers: Vec<Service> = (0..3).map(|_| world.worker()).collect();
    let (begun, mut kills) = (Instant::now(), 0);
    while begun.elapsed() < scale.of(Duration::from_secs(6), Duration::from_secs(60)) {
        std::thread::sleep(Duration::from_millis(300));
        let unlucky = random.usize(..workers.len());
        // Dropping a service sends SIGKILL.
        drop(workers.remove(unlucky));
        workers.push(world.worker());
        kills += 1;
    }
    world.drained(Duration::from_secs(90))?;
    let rows: Vec<_> = world.rows("work");
    all_done(&rows, count)?;
    let lost: usize =
        rows.iter().map(|row| row.runs.iter().filter(|run| run.outcome.as_deref() == Some("lost")).count()).sum();
    if lost > kills * SLOTS {
        return Err(format!("{lost} attempts were lost by {kills} kills of {SLOTS} slots"));
    }
    let repeated = world.diary("finish").values().filter(|finished| **finished > 1).count();
    Ok(format!("{count} tasks, {kills} kills, {lost} attempts lost, {repeated} done twice"))
}

pub(crate) fn a_poisonous_task_is_dead_after_three(kind: Kind, scale: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "1s");
    let count = scale.of(100, 1000);
    let mut tasks: Vec<NewTask> = (0..count).map(|_| work(5)).collect();
    tasks.insert(count / 2, NewTask { max_crashes: 3, ..task("poison", "[]".to_owned()) });
    world.enqueue(&tasks);
    // A worker that ends is started again, as a supervisor would.
    let mut worker = world.worker();
    let (begun, mut starts) = (Instant::now(), 1);
    while world.live() > 0 && begun.elapsed() < Duration::from_secs(60) {
        if worker.has_ended() {
            (worker, starts) = (world.worker(), starts + 1);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let poison = world.rows("poison").pop().ok_or("the poisonous task is gone")?;
    if (poison.state, poison.reason, poison.crashes) != (TaskState::Dead, Some(Reason::Crashed), 3) {
        return Err(format!("it is {} after {} crashes", poison.state, poison.crashes));
    }
    all_done(&world.rows("work"), count)?;
    Ok(format!("dead after 3 of {starts} workers, {count} others done"))
}
