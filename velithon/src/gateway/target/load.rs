//! How busy a target is and how fast it answers: requests in flight, and the peak-sensitive average of the time to the
//! first byte.
//!
//! The average rises to a slow sample at once and falls back over [`TAU`]: a target that becomes slow is avoided from the
//! first request that noticed it (Finagle's peak EWMA).
//!
//! Falling takes long where a peak is large beside what is usual: from the 5 seconds of one failure down to a millisecond
//! it is a minute and a half. So what is old counts for less: a target that has nothing to do and gave no sample for
//! [`SILENCE`] is [due](Load::is_due) for one request, whatever it would cost, and its sample takes the place of an
//! average that is higher and as old as that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::Target;
use crate::gateway::time::Moment;

/// The time in which a past peak falls to 1/e.
const TAU: Duration = Duration::from_secs(10);

/// Ticks of the age of a sample: 2^-8 of the microseconds, which start anew after 12 days.
const TICK_BITS: u32 = 8;

/// Ticks in one [`TAU`].
const TAU_TICKS: f32 = TAU.as_micros() as f32 / (1 << TICK_BITS) as f32;

/// How long a target may go without a sample until it is looked at again.
const SILENCE: Duration = Duration::from_secs(1);

/// Ticks in one [`SILENCE`].
const SILENCE_TICKS: u32 = (SILENCE.as_micros() >> TICK_BITS) as u32;

/// What a failure counts as, so that a target that fails fast does not look fast.
const FAILURE: Duration = Duration::from_secs(5);

/// The longest wait that a target's `Retry-After` can ask for.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// In-flight requests and average of one target, on cache lines of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Load {
    /// Seconds as an `f32` above the tick of the last sample. Together in one word, so that no reader pairs the one with
    /// the other's past; all zero before the first sample.
    average: AtomicU64,
    in_flight: AtomicU32,
}

impl Load {
    /// Records the time to the first byte of an attempt.
    pub(crate) fn observe(&self, sample: Duration, now: Moment) {
        let sample = sample.as_secs_f32().max(f32::MIN_POSITIVE);
        let mut word = self.average.load(Relaxed);
        loop {
            let next = pack(after(word, sample, now), latest(word, now));
            match self.average.compare_exchange_weak(word, next, Relaxed, Relaxed) {
                Ok(_) => return,
                Err(current) => word = current,
            }
        }
    }

    /// Records a failed attempt: as 5 seconds, or as what the target asks for by `Retry-After`, 300 seconds at most.
    pub(crate) fn observe_failure(&self, retry_after: Option<Duration>, now: Moment) {
        self.observe(retry_after.map_or(FAILURE, |asked| asked.min(MOST_RETRY_AFTER)), now);
    }

    /// Forgets what was measured before the target was taken back: it says nothing about how it does now, and a failure
    /// would keep requests away for longer than the target was out.
    pub(super) fn forget_before(&self, since: Moment) {
        let word = self.average.load(Relaxed);
        let age = tick(since).wrapping_sub(word as u32);
        if word != 0 && age != 0 && age <= u32::MAX / 2 {
            // A sample that comes in between is of now.
            let _newer = self.average.compare_exchange(word, 0, Relaxed, Relaxed);
        }
    }

    /// The average in seconds, aged to the present; nothing before the first sample.
    #[inline]
    pub(crate) fn average(&self, now: Moment) -> Option<f32> {
        let word = self.average.load(Relaxed);
        (word != 0).then(|| value(word) * keep(word, now))
    }

    /// Whether nothing is known of how it does now: it has nothing to do, and gave no sample for a while, or never.
    ///
    /// One request is enough to end that, so a target in trouble gets one at a time, and not more than one a second.
    #[inline]
    pub(crate) fn is_due(&self, now: Moment) -> bool {
        let word = self.average.load(Relaxed);
        self.in_flight() == 0 && (word == 0 || age(word, now) >= SILENCE_TICKS)
    }

    /// Requests that are at the target now.
    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Relaxed)
    }
}

/// The average after one more sample: the sample itself where it is higher, or the average too old to say anything.
fn after(word: u64, sample: f32, now: Moment) -> f32 {
    if word == 0 {
        return sample;
    }
    let average = value(word);
    if sample > average || age(word, now) >= SILENCE_TICKS {
        return sample;
    }
    let keep = keep(word, now);
    average.mul_add(keep, sample * (1.0 - keep))
}

/// The part of the average that is left after the time since its last sample.
#[inline]
fn keep(word: u64, now: Moment) -> f32 {
    match age(word, now) {
        0 => 1.0,
        age => (-(age as f32) / TAU_TICKS).exp(),
    }
}

/// Ticks since the last sample; another thread's may lie a little ahead of `now`.
#[inline]
fn age(word: u64, now: Moment) -> u32 {
    let age = tick(now).wrapping_sub(word as u32);
    if age > u32::MAX / 2 { 0 } else { age }
}

/// The tick of the last sample, which is this one unless another thread's lies a little ahead of it.
fn latest(word: u64, now: Moment) -> u32 {
    let (now, last) = (tick(now), word as u32);
    if word != 0 && now.wrapping_sub(last) > u32::MAX / 2 { last } else { now }
}

#[inline]
fn tick(now: Moment) -> u32 {
    (now.as_micros() >> TICK_BITS) as u32
}

#[inline]
fn value(word: u64) -> f32 {
    f32::from_bits((word >> 32) as u32)
}

#[inline]
fn pack(average: f32, tick: u32) -> u64 {
    u64::from(average.to_bits()) << 32 | u64::from(tick)
}

/// A request at a target; dropping it says that the request is over.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Target>);

impl InFlight {
    #[inline]
    pub(super) fn new(target: Arc<Target>) -> Self {
        target.load.in_flight.fetch_add(1, Relaxed);
        Self(target)
    }

    /// The target it counts for.
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.0
    }
}

impl Drop for InFlight {
    #[inline]
    fn drop(&mut self) {
        self.0.load.in_flight.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment::from_micros(1_000_000 + millis * 1000)
    }

    fn near(load: &Load, now: Moment, seconds: f32) {
        let average = load.average(now).expect("a sample");
        assert!((average / seconds - 1.0).abs() < 0.01, "{average} is not near {seconds}");
    }

    #[test]
    fn a_slow_answer_counts_at_once_and_is_forgotten_slowly() {
        let load = Load::default();
        assert_eq!(load.average(at(0)), None);
        load.observe(Duration::from_millis(10), at(0));
        load.observe(Duration::from_millis(800), at(1));
        near(&load, at(1), 0.8);
        (1..=20).for_each(|step| load.observe(Duration::from_millis(10), at(1 + step * 500)));
        near(&load, at(10_001), 0.8 * 0.3679 + 0.01 * 0.6321);
    }

    #[test]
    fn a_sample_after_a_silence_says_more_than_an_old_peak() {
        let load = Load::default();
        load.observe_failure(None, at(0));
        load.observe(Duration::from_millis(10), at(1_500));
        near(&load, at(1_500), 0.01);
    }

    #[test]
    fn a_target_is_due_when_it_was_silent_and_has_nothing_to_do() {
        let target = Arc::new(Target::new(
            &"http://10.0.0.1".parse().unwrap(),
            crate::gateway::target::Health::Up,
            Arc::default(),
            at(0),
        ));
        assert!(target.load.is_due(at(0)));
        target.load.observe_failure(None, at(0));
        assert!(!target.load.is_due(at(900)) && target.load.is_due(at(1_100)));
        let tried = target.enter();
        assert!(!target.load.is_due(at(1_100)));
        drop(tried);
        assert!(target.load.is_due(at(1_100)));
    }

    #[test]
    fn a_target_that_nothing_is_sent_to_becomes_attractive_again() {
        let load = Load::default();
        load.observe_failure(None, at(0));
        near(&load, at(0), 5.0);
        near(&load, at(20_000), 5.0 * 0.1353);
    }

    #[test]
    fn a_target_that_was_taken_back_begins_without_a_past() {
        let load = Load::default();
        load.observe_failure(None, at(100));
        load.forget_before(at(50));
        near(&load, at(100), 5.0);
        load.forget_before(at(200));
        assert_eq!(load.average(at(200)), None);
    }

    #[test]
    fn retry_after_is_believed_up_to_five_minutes() {
        let load = Load::default();
        load.observe_failure(Some(Duration::from_secs(9000)), at(0));
        near(&load, at(0), 300.0);
    }

    #[test]
    fn samples_out_of_order_do_no_harm() {
        let load = Load::default();
        load.observe(Duration::from_millis(10), at(5000));
        load.observe(Duration::from_millis(5), at(0));
        near(&load, at(0), 0.01);
    }
}
