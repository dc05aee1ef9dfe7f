//! Two counts over the last while: ten slices, of which the oldest is dropped as time goes on.
//!
//! A slice is one word, so counting is one addition; each thread adds to cells of its own, and whoever wants to know the
//! sum adds those up.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::gateway::time::{Moment, micros};
use crate::metrics::Shards;

/// Slices of a window.
const SLICES: usize = 10;

/// Bits of each count in a slice; the 16 above both say which slice it is.
const BITS: u32 = 24;

const MASK: u64 = (1 << BITS) - 1;

/// The longest window in which no count of a slice can overflow below 250,000 a second for each thread.
pub(crate) const LONGEST: Duration = Duration::from_secs(600);

/// The counts of the last while.
pub(crate) struct Window {
    slice: u64,
    cells: Shards<[AtomicU64; SLICES]>,
}

/// Which of the two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    First,
    Second,
}

impl Window {
    /// Empty counts over a while between a few microseconds and [`LONGEST`].
    pub(crate) fn new(length: Duration) -> Self {
        let slice = (micros(length.min(LONGEST)) / SLICES as u64).max(1);
        Self { slice, cells: Shards::new(true, || [const { AtomicU64::new(0) }; SLICES]) }
    }

    /// Counts one more.
    #[inline]
    pub(crate) fn add(&self, count: Count, now: Moment) {
        let one = match count {
            Count::First => 1 << BITS,
            Count::Second => 1,
        };
        let (number, slot) = self.slice_of(now);
        let cell = &self.cells.mine()[slot];
        let mut word = cell.load(Relaxed);
        while age(number, word) != 0 {
            if age(number, word) > u16::MAX - SLICES as u16 {
                // The slot has gone on to the next slice while this thread stood still.
                return;
            }
            match cell.compare_exchange_weak(word, u64::from(number) << (2 * BITS), Relaxed, Relaxed) {
                Ok(_) => break,
                Err(current) => word = current,
            }
        }
        cell.fetch_add(one, Relaxed);
    }

    /// Both counts of the last while.
    pub(crate) fn sum(&self, now: Moment) -> (u64, u64) {
        let (number, _) = self.slice_of(now);
        let words = self.cells.iter().flatten().map(|cell| cell.load(Relaxed));
        let fresh = words.filter(|&word| usize::from(age(number, word)) < SLICES);
        fresh.fold((0, 0), |(first, second), word| (first + (word >> BITS & MASK), second + (word & MASK)))
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.cells.iter().flatten().for_each(|cell| cell.store(0, Relaxed));
    }

    fn slice_of(&self, now: Moment) -> (u16, usize) {
        let number = now.as_micros() / self.slice;
        (number as u16, (number % SLICES as u64) as usize)
    }
}

/// How many slices ago the word was written; close to the most for one ahead.
#[inline]
fn age(number: u16, word: u64) -> u16 {
    number.wrapping_sub((word >> (2 * BITS)) as u16)
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").field("slice", &self.slice).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_counts_at_every_age_of_the_process() {
        let window = Window::new(Duration::from_secs(10));
        for hour in 0..100 {
            let now = Moment::from_micros(hour * 3_600_000_000);
            window.add(Count::First, now);
            assert_eq!(window.sum(now), (1, 0), "hour {hour}");
        }
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_the_last_ten_slices(
            events in prop::collection::vec((0u64..3_000_000, any::<bool>()), 0..200)
        ) {
            let window = Window::new(Duration::from_secs(10));
            let (mut now, mut seen) = (50_000_000, Vec::new());
            for (step, first) in events {
                now += step;
                window.add(if first { Count::First } else { Count::Second }, Moment::from_micros(now));
                seen.push((now / 1_000_000, first));
                let recent = |wanted| seen.iter().filter(|(at, f)| now / 1_000_000 - at < 10 && *f == wanted).count() as u64;
                prop_assert_eq!(window.sum(Moment::from_micros(now)), (recent(true), recent(false)));
            }
        }
    }
}
