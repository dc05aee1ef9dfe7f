//! The numbers themselves: atomics that any thread adds to and a scrape reads, with no lock between them.
//!
//! What velithon counts per request is spread over several cache lines, one for each thread more or less, and added up
//! by the scrape. A sum is exact; two numbers of one scrape may be a request apart.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::available_parallelism;

use super::registry::Kind;

/// More threads than this share lines: beyond it the memory costs more than the sharing.
const MOST_SHARDS: usize = 16;

/// A cell that no other cell disturbs: two lines, since some processors fetch them in pairs.
#[repr(align(128))]
struct Apart<T>(T);

/// One cell for each thread that is likely to write, or a single one.
pub(crate) struct Shards<T>(Box<[Apart<T>]>);

impl<T> Shards<T> {
    pub(crate) fn new(spread: bool, cell: impl Fn() -> T) -> Self {
        let count = if spread { shards() } else { 1 };
        Self((0..count).map(|_| Apart(cell())).collect())
    }

    /// The cell of this thread.
    #[inline]
    pub(crate) fn mine(&self) -> &T {
        // The number of cells is a power of two.
        &self.0[seat() & (self.0.len() - 1)].0
    }

    /// All cells, to add them up.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|cell| &cell.0)
    }
}

fn shards() -> usize {
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| available_parallelism().map_or(1, usize::from).next_power_of_two().min(MOST_SHARDS))
}

/// The number of this thread, in the order of their first writes.
#[inline]
fn seat() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static SEAT: usize = NEXT.fetch_add(1, Relaxed));
    SEAT.with(|seat| *seat)
}

/// The value of one series.
pub(crate) enum Value {
    Counter(Counter),
    Gauge(Gauge),
    Level(Level),
    Histogram(Histogram),
}

impl Value {
    pub(super) fn new(kind: Kind, spread: bool) -> Self {
        match kind {
            Kind::Counter => Self::Counter(Counter(Shards::new(spread, AtomicU64::default))),
            Kind::Gauge => Self::Gauge(Gauge(AtomicU64::new(0f64.to_bits()))),
            Kind::Level => Self::Level(Level(Shards::new(spread, AtomicI64::default))),
            Kind::Histogram(bounds) => Self::Histogram(Histogram::new(bounds, spread)),
        }
    }

    /// Adds to a counter; any other value is left alone, here and below.
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        if let Self::Counter(counter) = self {
            counter.0.mine().fetch_add(n, Relaxed);
        }
    }

    /// Sets a gauge.
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        if let Self::Gauge(gauge) = self {
            gauge.0.store(value.to_bits(), Relaxed);
        }
    }

    /// Moves a level up or down.
    #[inline]
    pub(crate) fn shift(&self, by: i64) {
        if let Self::Level(level) = self {
            level.0.mine().fetch_add(by, Relaxed);
        }
    }

    /// Takes a value into a histogram. One that is negative, infinite or no number would spoil the sum for ever: it is
    /// left out.
    #[inline]
    pub(crate) fn observe(&self, value: f64) {
        if let Self::Histogram(histogram) = self
            && value.is_finite()
            && value >= 0.0
        {
            histogram.observe(value);
        }
    }
}

/// A number that only grows; at the end of `u64` it begins anew, which a scraper takes for a restart.
pub(crate) struct Counter(Shards<AtomicU64>);

impl Counter {
    pub(super) fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, cell| sum.wrapping_add(cell.load(Relaxed)))
    }
}

/// A number that is set.
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    pub(super) fn value(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }
}

/// A number that goes up and down by steps: requests in flight.
pub(crate) struct Level(Shards<AtomicI64>);

impl Level {
    pub(super) fn value(&self) -> i64 {
        self.0.iter().fold(0, |sum, cell| sum.wrapping_add(cell.load(Relaxed)))
    }
}

/// How many values fell below each of some fixed bounds, and their sum: memory does not grow with what is observed.
pub(crate) struct Histogram {
    bounds: &'static [f64],
    cells: Shards<Cells>,
}

struct Cells {
    /// One for each bound, not cumulative, and one for what is above all of them.
    buckets: Box<[AtomicU64]>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

impl Histogram {
    fn new(bounds: &'static [f64], spread: bool) -> Self {
        let cells = || Cells {
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0f64.to_bits()),
        };
        Self { bounds, cells: Shards::new(spread, cells) }
    }

    #[inline]
    fn observe(&self, value: f64) {
        let cells = self.cells.mine();
        // Bounds include their value; the lists are short, and most values are small.
        let bucket = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        cells.buckets[bucket].fetch_add(1, Relaxed);
        let _ = cells.sum.fetch_update(Relaxed, Relaxed, |sum| Some((f64::from_bits(sum) + value).to_bits()));
    }

    /// The sum, and for each bound how many values stand between it and the one below; the last bound is infinite.
    pub(super) fn read(&self) -> (f64, Vec<(f64, u64)>) {
        let mut buckets: Vec<(f64, u64)> =
            self.bounds.iter().copied().chain([f64::INFINITY]).map(|bound| (bound, 0)).collect();
        let mut sum = 0.0;
        for cells in self.cells.iter() {
            sum += f64::from_bits(cells.sum.load(Relaxed));
            for (bucket, cell) in buckets.iter_mut().zip(&cells.buckets) {
                bucket.1 += cell.load(Relaxed);
            }
        }
        (sum, buckets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_exact_whatever_thread_adds() {
        for spread in [false, true] {
            let value = Value::new(Kind::Counter, spread);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| (0..1000).for_each(|_| value.add(3)));
                }
            });
            let Value::Counter(counter) = &value else { panic!("a counter was asked for") };
            assert_eq!(counter.total(), 24_000);
        }
    }

    #[test]
    fn a_value_at_a_bound_belongs_to_it() {
        let value = Value::new(Kind::Histogram(&[1.0, 2.0]), true);
        [0.0, 1.0, 1.5, 2.0, 9.0].into_iter().for_each(|observed| value.observe(observed));
        let Value::Histogram(histogram) = &value else { panic!("a histogram was asked for") };
        assert_eq!(histogram.read(), (13.5, vec![(1.0, 2), (2.0, 2), (f64::INFINITY, 1)]));
    }

    #[test]
    fn what_would_spoil_a_sum_is_left_out() {
        let value = Value::new(Kind::Histogram(&[1.0]), false);
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0].into_iter().for_each(|observed| value.observe(observed));
        let Value::Histogram(histogram) = &value else { panic!("a histogram was asked for") };
        assert_eq!(histogram.read(), (0.0, vec![(1.0, 0), (f64::INFINITY, 0)]));
    }
}
