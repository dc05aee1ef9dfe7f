//! Balancing: which of the eligible targets gets a request.
//!
//! [`TargetSet::eligible`] has decided who may be chosen; an [`Algorithm`] chooses among those and looks at nothing else.
//! Targets that this exchange has tried already are left out while another is eligible.
//!
//! Nothing here waits, locks, or remembers a request; the round-robin counters are the only state.

mod algorithm;
mod ewma;
mod hash;
mod head;
mod least;
pub(crate) mod maglev;
mod p2c;
mod random;
mod sticky;
#[cfg(test)]
mod tests;
pub(crate) mod weighted;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use http::HeaderValue;
use smallvec::SmallVec;

pub(crate) use algorithm::Algorithm;
pub(crate) use hash::Key;
pub(crate) use head::Head;

use super::random::Random;
use super::target::{Eligible, TargetSet};
use super::time::Moment;

/// The targets that an exchange has tried, as positions in the set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tried(SmallVec<[u32; 4]>);

impl Tried {
    pub(crate) fn add(&mut self, index: usize) {
        if !self.has(index) {
            self.0.push(index as u32);
        }
    }

    pub(crate) fn has(&self, index: usize) -> bool {
        self.0.contains(&(index as u32))
    }
}

/// What chooses the targets of an upstream; it is kept over reloads while the algorithm stays.
#[derive(Debug)]
pub(crate) struct Balancer {
    algorithm: Algorithm,
    turn: Turn,
}

/// Whose turn it is, on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Turn(AtomicUsize);

/// What an algorithm chooses from.
struct Choice<'a> {
    set: &'a TargetSet,
    eligible: &'a Eligible,
    now: Moment,
}

impl Balancer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, turn: Turn::default() }
    }

    pub(crate) fn algorithm(&self) -> &Algorithm {
        &self.algorithm
    }

    /// The position in `set` of the target to send to; nothing when none is eligible.
    ///
    /// A target out of `tried` is chosen only when no other is eligible.
    #[inline]
    pub(crate) fn pick(
        &self,
        set: &TargetSet,
        head: &Head<'_>,
        tried: &Tried,
        now: Moment,
        random: &mut impl Random,
    ) -> Option<usize> {
        let eligible = set.eligible(now);
        if tried.0.is_empty() {
            return self.choose(&Choice { set, eligible: &eligible, now }, head, random);
        }
        let rest = eligible.without(&tried.0);
        let eligible = if rest.is_empty() { &eligible } else { &rest };
        self.choose(&Choice { set, eligible, now }, head, random)
    }

    /// The cookie that binds the client to `chosen`; nothing when it has that one, or the algorithm sets none.
    pub(crate) fn cookie(&self, set: &TargetSet, head: &Head<'_>, chosen: usize, secure: bool) -> Option<HeaderValue> {
        match &self.algorithm {
            Algorithm::Sticky(name) => sticky::cookie(name, set, head, chosen, secure),
            _ => None,
        }
    }

    fn choose(&self, choice: &Choice<'_>, head: &Head<'_>, random: &mut impl Random) -> Option<usize> {
        let place = match (choice.eligible.len(), &self.algorithm) {
            (0, _) => return None,
            (1, _) => 0,
            (_, Algorithm::P2c) => p2c::pick(choice, random),
            (_, Algorithm::Ewma) => ewma::pick(choice),
            (_, Algorithm::Least) => least::pick(choice, random),
            (_, Algorithm::RoundRobin) => self.turn.next(choice.eligible.len()),
            (_, Algorithm::Weighted) => weighted::pick(choice, &self.turn, random),
            (_, Algorithm::Random) => random::pick(choice.eligible, random),
            (_, Algorithm::Hash(key)) => hash::pick(choice, key, head, random),
            (_, Algorithm::Sticky(name)) => sticky::pick(choice, name, head, random),
        };
        Some(choice.eligible.index(place))
    }
}

impl Turn {
    /// The next turn of so many.
    fn next(&self, len: usize) -> usize {
        self.0.fetch_add(1, Relaxed) % len
    }
}
