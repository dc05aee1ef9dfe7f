//! A worker that is stopped for so long that another takes its task.

use std::time::Duration;

use velithon::task::TaskState;

use crate::world::{Kind, World, all_done, work};
use crate::{Outcome, Scale};

pub(crate) fn a_late_worker_is_refused(kind: Kind, _: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "1s");
    let slow = work(700);
    let late = world.worker();
    world.enqueue(std::slice::from_ref(&slow));
    let wait = Duration::from_secs(20);
    world.until(wait, || world.diary("start").contains_key(&slow.id))?;
    late.signal("STOP");
    let other = world.worker();
    world.until(wait, || world.diary("finish").contains_key(&slow.id))?;
    world.drained(wait)?;
    let before = world.rows("work").pop().ok_or("the task is gone")?;
    late.signal("CONT");
    // Its own run goes on where it stood, and ends with an outcome that nobody takes.
    world.until(wait, || world.diary("finish").get(&slow.id).is_some_and(|finished| *finished == 2))?;
    late.stderr().wait_for("discarded");
    drop(other);
    let after = world.rows("work").pop().ok_or("the task is gone")?;
    let outcomes: Vec<_> = after.runs.iter().filter_map(|run| run.outcome.as_deref()).collect();
    if after.state != TaskState::Done || outcomes != ["lost", "done"] || after.finished_at != before.finished_at {
        return Err(format!("it is {} after {outcomes:?}", after.state));
    }
    let next = work(1);
    world.enqueue(std::slice::from_ref(&next));
    world.drained(wait)?;
    all_done(&world.rows("work"), 2)?;
    Ok("the late ending was discarded, and the worker served on".to_owned())
}
