//! A server that is stopped without a word, as by a power cut, and started again.

use std::time::{Duration, Instant};

use velithon::task::store::NewTask;

use crate::world::{Kind, World, all_done, work};
use crate::{Outcome, Scale};

/// How long after the server is back tasks run again.
const RESUME: Duration = Duration::from_secs(5);

pub(crate) fn workers_resume(kind: Kind, scale: Scale, random: &mut fastrand::Rng) -> Outcome {
    let mut world = World::new(kind, "2s");
    let mut workers = [world.worker(), world.worker()];
    let (restarts, mut count, mut slowest) = (20, 0, Duration::ZERO);
    for _ in 0..restarts {
        let tasks: Vec<NewTask> = (0..scale.of(20, 100)).map(|_| work(random.u64(1..60))).collect();
        count += tasks.len() + 1;
        tasks.iter().try_for_each(|task| world.insist(task))?;
        std::thread::sleep(Duration::from_millis(random.u64(..200)));
        world.server_process()?.stop();
        std::thread::sleep(Duration::from_millis(random.u64(..300)));
        world.server_process()?.resume();
        let begun = Instant::now();
        let probe = work(0);
        world.insist(&probe)?;
        world.until(RESUME, || world.is_done(probe.id)).map_err(|told| format!("workers do not resume: {told}"))?;
        slowest = slowest.max(begun.elapsed());
        if workers.iter_mut().any(velithon_tests::Service::has_ended) {
            return Err("a worker has ended".to_owned());
        }
    }
    world.drained(Duration::from_secs(60))?;
    all_done(&world.rows("work"), count)?;
    Ok(format!("{restarts} restarts, {count} tasks, none lost; resumed within {:.2} s", slowest.as_secs_f64()))
}
