//! The end of a process that has work.

use std::time::{Duration, Instant};

use velithon::task::TaskState;
use velithon::task::store::NewTask;

use crate::world::{Kind, World, work};
use crate::{Outcome, Scale};

pub(crate) fn the_end_counts_no_attempt(kind: Kind, scale: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "30s");
    let tasks: Vec<NewTask> = (0..scale.of(200, 2000)).map(|_| work(300)).collect();
    world.enqueue(&tasks);
    let service = world.server();
    world.until(Duration::from_secs(20), || world.diary("finish").len() > 5)?;
    let mut asked = 0;
    // A connection that is open when the end is announced is answered, or finds itself closed between two requests.
    let mut connection = service.connect();
    for _ in 0..100 {
        connection.request("GET", "/", &[], b"");
        if connection.reply_to("GET").status >= 500 {
            return Err("a request was answered with a 5xx".to_owned());
        }
        asked += 1;
    }
    connection.request("GET", "/", &[], b"");
    let begun = Instant::now();
    service.terminate();
    if connection.reply_to("GET").status >= 500 {
        return Err("a request that was under way at the end was answered with a 5xx".to_owned());
    }
    let ended = service.ended();
    let took = begun.elapsed();
    if ended.code != Some(0) {
        return Err(format!("exit code {:?}: {}", ended.code, ended.stderr));
    }
    let rows = world.rows("work");
    let finished = rows.iter().filter(|row| row.state == TaskState::Done).count();
    if let Some(row) =
        rows.iter().find(|row| row.state != TaskState::Done && (row.attempt, row.state) != (0, TaskState::Queued))
    {
        return Err(format!("{} is {} after attempt {}", row.id, row.state, row.attempt));
    }
    Ok(format!("{finished} finished, {} wait uncounted, {asked} requests, gone in {took:.1?}", rows.len() - finished))
}

pub(crate) fn what_is_cut_is_given_back(kind: Kind, _: Scale, _: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "30s").grace("1s");
    let tasks: Vec<NewTask> = (0..5).map(|_| work(60_000)).collect();
    world.enqueue(&tasks);
    let service = world.server();
    world.until(Duration::from_secs(20), || world.diary("start").len() == 5)?;
    let begun = Instant::now();
    service.terminate();
    let ended = service.ended();
    let took = begun.elapsed();
    if ended.code != Some(1) || !ended.stderr.contains("5 tasks") {
        return Err(format!("exit code {:?}: {}", ended.code, ended.stderr));
    }
    if took > Duration::from_secs(4) {
        return Err(format!("it took {took:?} to end, with a grace of one second"));
    }
    let rows = world.rows("work");
    match rows.iter().find(|row| (row.state, row.attempt, row.crashes) != (TaskState::Queued, 0, 0)) {
        Some(row) => Err(format!("{} is {} after attempt {}", row.id, row.state, row.attempt)),
        None => Ok(format!("5 given back, gone in {took:.1?}")),
    }
}
