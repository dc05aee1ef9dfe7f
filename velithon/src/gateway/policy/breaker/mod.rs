//! Stops calling an upstream that keeps failing, and notices when it is well again.
//!
//! An exchange asks [`Breaker::admit`] before it looks for a target and gives its last outcome to [`Breaker::record`],
//! after retries. While the breaker is closed, the former is one load and the latter one addition; nothing is ever locked.
//! There is one breaker for each upstream, shared by every gateway that leads to it.
//!
//! It does not retry (`retry`), judge a single target (`outlier`) or read a clock: the caller passes `now`.

mod settings;
#[cfg(test)]
mod tests;
mod word;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

pub(crate) use settings::{Rule, Settings};
pub(crate) use word::State;
use word::Word;

use super::window::{Count, Window};
use crate::gateway::outcome::Verdict;
use crate::gateway::random::{Random, Seeded};
use crate::gateway::time::Moment;

/// When to come back while the probes of others are out.
const PROBING: Duration = Duration::from_secs(1);

/// Doublings of the open time beyond which it is at its most anyway.
const MOST_DOUBLINGS: u32 = 16;

/// The breaker of one upstream.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: Settings,
    /// Varies the times of this breaker against those of others.
    seed: u64,
    word: AtomicU64,
    /// Failures in a row: of connections under a ratio, of any kind under the classic rule.
    row: AtomicU32,
    /// How often it opened again without having been closed.
    reopenings: AtomicU32,
    /// Requests, then failures.
    window: Window,
    /// How often it went to each state, in the order of [`State`].
    transitions: [AtomicU64; 3],
}

/// Leave to send a request; its verdict belongs to [`Breaker::record`], whatever becomes of the request.
///
/// A permit that gets lost keeps the place of a probe until the longest open time has passed; then others are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the verdict of a permit has to be recorded, `Verdict::Neither` when there is none"]
pub(crate) struct Permit {
    generation: u16,
    probe: bool,
}

/// The upstream is not asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// When it may be: the `Retry-After` of the 503 (RFC 9110, section 15.6.4).
    pub(crate) retry_after: Duration,
}

impl Breaker {
    /// A closed breaker.
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        let window = match settings.rule {
            Rule::Ratio { window, .. } => window,
            Rule::Off | Rule::Row(_) => Duration::from_secs(1),
        };
        let (row, reopenings) = (AtomicU32::new(0), AtomicU32::new(0));
        let (word, window) = (AtomicU64::new(Word::CLOSED.pack()), Window::new(window));
        Self { settings, seed, word, row, reopenings, window, transitions: Default::default() }
    }

    /// The same breaker under other settings: what is open stays open, what was counted is not carried over.
    pub(crate) fn with(&self, settings: Settings) -> Self {
        let next = Self::new(settings, self.seed);
        next.word.store(self.word.load(Relaxed), Relaxed);
        next.reopenings.store(self.reopenings.load(Relaxed), Relaxed);
        for (next, before) in next.transitions.iter().zip(&self.transitions) {
            next.store(before.load(Relaxed), Relaxed);
        }
        next
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it does with requests now.
    pub(crate) fn state(&self) -> State {
        self.load().state
    }

    /// How often it went to this state.
    pub(crate) fn transitions(&self, to: State) -> u64 {
        self.transitions[to as usize].load(Relaxed)
    }

    /// Lets a request pass, or says when to come back.
    ///
    /// # Errors
    /// [`Open`] while the breaker is open, and while enough probes are out.
    #[inline]
    pub(crate) fn admit(&self, now: Moment) -> Result<Permit, Open> {
        let word = self.load();
        if word.state == State::Closed || self.settings.rule == Rule::Off {
            return Ok(Permit { generation: word.generation, probe: false });
        }
        self.admit_probe(word, now)
    }

    #[cold]
    fn admit_probe(&self, mut word: Word, now: Moment) -> Result<Permit, Open> {
        loop {
            let next = match word.state {
                State::Closed => return Ok(Permit { generation: word.generation, probe: false }),
                State::Open if word.left(now) > 0 => return Err(Open::for_millis(word.left(now))),
                State::HalfOpen if word.out < self.settings.probes => Word { out: word.out + 1, ..word },
                State::HalfOpen if word.left(now) > 0 => return Err(Open { retry_after: PROBING }),
                // The time of an open one has come, or the probes of a half-open one are taken for lost.
                _ => Word { out: 1, ..word.next(State::HalfOpen, now + self.settings.most_open) },
            };
            match self.exchange(word, next) {
                Ok(()) => return Ok(Permit { generation: next.generation, probe: true }),
                Err(current) => word = current,
            }
        }
    }

    /// Takes the verdict of a permit; one from before the last change of the state is old news.
    #[inline]
    pub(crate) fn record(&self, permit: Permit, verdict: Verdict, now: Moment) {
        let word = self.load();
        if word.generation != permit.generation || self.settings.rule == Rule::Off {
            return;
        }
        match word.state {
            State::Closed => self.count(word, verdict, now),
            State::HalfOpen => self.record_probe(word, verdict, now),
            State::Open => {}
        }
    }

    /// Closes it, whatever was counted: the operator's order.
    pub(crate) fn reset(&self, now: Moment) {
        let mut word = self.load();
        while let Err(current) = self.close(word, now) {
            word = current;
        }
    }

    fn count(&self, word: Word, verdict: Verdict, now: Moment) {
        match self.settings.rule {
            Rule::Off => {}
            Rule::Ratio { connects, .. } => self.count_ratio(word, verdict, connects, now),
            Rule::Row(most) => match verdict {
                Verdict::Success => self.end_row(),
                Verdict::Failure { .. } if self.lengthen_row() >= most => self.open(word, now),
                _ => {}
            },
        }
    }

    fn count_ratio(&self, word: Word, verdict: Verdict, connects: u32, now: Moment) {
        match verdict {
            Verdict::Neither => return,
            Verdict::Failure { connect: true } => {
                if self.lengthen_row() >= connects {
                    return self.open(word, now);
                }
            }
            Verdict::Success | Verdict::Failure { connect: false } => self.end_row(),
            Verdict::Throttled => {}
        }
        self.window.add(Count::First, now);
        if verdict != Verdict::Success {
            self.window.add(Count::Second, now);
            if self.is_too_much(now) {
                self.open(word, now);
            }
        }
    }

    fn is_too_much(&self, now: Moment) -> bool {
        let Rule::Ratio { ratio, least, .. } = self.settings.rule else { return false };
        let (requests, failures) = self.window.sum(now);
        requests >= u64::from(least) && failures as f64 >= ratio * requests as f64
    }

    fn record_probe(&self, mut word: Word, verdict: Verdict, now: Moment) {
        let generation = word.generation;
        while word.generation == generation {
            let out = word.out.saturating_sub(1);
            let done = match verdict {
                Verdict::Failure { .. } => return self.reopen(word, now),
                // Throttled is an answer: whether there are too many of those is the closed breaker's to count.
                Verdict::Success | Verdict::Throttled if word.well + 1 >= self.settings.successes => {
                    self.close(word, now)
                }
                Verdict::Success | Verdict::Throttled => self.exchange(word, Word { out, well: word.well + 1, ..word }),
                Verdict::Neither => self.exchange(word, Word { out, ..word }),
            };
            match done {
                Ok(()) => return,
                Err(current) => word = current,
            }
        }
    }

    /// Opens a closed one; another thread may have been quicker.
    fn open(&self, word: Word, now: Moment) {
        let next = word.next(State::Open, now + self.open_time(0, word.generation));
        if self.exchange(word, next).is_ok() {
            self.reopenings.store(0, Relaxed);
        }
    }

    fn reopen(&self, mut word: Word, now: Moment) {
        let generation = word.generation;
        while word.generation == generation {
            let reopenings = self.reopenings.load(Relaxed).saturating_add(1);
            let next = word.next(State::Open, now + self.open_time(reopenings, generation));
            match self.exchange(word, next) {
                Ok(()) => return self.reopenings.store(reopenings, Relaxed),
                // Another probe came back first.
                Err(current) => word = current,
            }
        }
    }

    fn close(&self, word: Word, now: Moment) -> Result<(), Word> {
        self.exchange(word, word.next(State::Closed, now))?;
        self.reopenings.store(0, Relaxed);
        self.row.store(0, Relaxed);
        self.window.clear();
        Ok(())
    }

    /// How long it stays open: doubled for each reopening, and varied by a fifth.
    fn open_time(&self, reopenings: u32, generation: u16) -> Duration {
        let doubled = self.settings.open.saturating_mul(1 << reopenings.min(MOST_DOUBLINGS));
        let time = doubled.min(self.settings.most_open);
        if !self.settings.jitter {
            return time;
        }
        time.mul_f64(Seeded::new(self.seed ^ u64::from(generation)).unit().mul_add(0.4, 0.8))
    }

    fn end_row(&self) {
        // Most successes follow a success: they only read.
        if self.row.load(Relaxed) != 0 {
            self.row.store(0, Relaxed);
        }
    }

    fn lengthen_row(&self) -> u32 {
        self.row.fetch_add(1, Relaxed).saturating_add(1)
    }

    #[inline]
    fn load(&self) -> Word {
        // Relaxed throughout: the word says everything about itself, and guards no other memory.
        Word::unpack(self.word.load(Relaxed))
    }

    fn exchange(&self, word: Word, next: Word) -> Result<(), Word> {
        self.word.compare_exchange(word.pack(), next.pack(), Relaxed, Relaxed).map_err(Word::unpack)?;
        if word.state != next.state {
            self.transitions[next.state as usize].fetch_add(1, Relaxed);
        }
        Ok(())
    }
}

impl Open {
    fn for_millis(millis: u32) -> Self {
        Self { retry_after: Duration::from_millis(millis.into()) }
    }
}
