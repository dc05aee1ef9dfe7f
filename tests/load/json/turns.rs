//! Contenders taking turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one turn takes at least: long enough that the clock does not matter, short enough that all contenders see
/// the same machine.
const TURN: Duration = Duration::from_millis(8);

/// One way to do the work.
pub(super) type Contender<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// A contender whose results are thrown away, but made.
pub(super) fn contender<'a, R>(name: &'static str, mut work: impl FnMut() -> R + 'a) -> Contender<'a> {
    (name, Box::new(move || drop(black_box(work()))))
}

/// The nanoseconds of each contender's best turn, per call.
pub(super) fn best(rounds: usize, contenders: &mut [Contender<'_>]) -> Vec<f64> {
    let calls: Vec<u32> = contenders.iter_mut().map(|(_, work)| calls(work)).collect();
    let mut best = vec![f64::MAX; contenders.len()];
    for _ in 0..rounds.max(1) {
        for (place, (_, work)) in contenders.iter_mut().enumerate() {
            let begun = Instant::now();
            (0..calls[place]).for_each(|_| work());
            let each = begun.elapsed().as_nanos() as f64 / f64::from(calls[place]);
            best[place] = best[place].min(each);
        }
    }
    best
}

/// How many calls fill a turn.
fn calls(work: &mut dyn FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let begun = Instant::now();
        (0..calls).for_each(|_| work());
        let taken = begun.elapsed();
        if taken >= TURN || calls >= 1 << 24 {
            return calls;
        }
        let factor = TURN.as_nanos() / taken.as_nanos().max(1) + 1;
        calls = calls.saturating_mul(u32::try_from(factor).unwrap_or(u32::MAX)).min(1 << 24);
    }
}

/// A number of nanoseconds as people read it.
pub(super) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} us", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}
