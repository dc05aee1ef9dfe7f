//! Mirroring: a copy of some requests goes to another upstream, and its reply is thrown away.
//!
//! A copy is never worth a client's time: it is made only of small bodies, only so many are under way, and none touches
//! breaker, retries or averages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::gateway::random::Random;

/// The largest body that is copied, in bytes.
pub(crate) const MOST_BODY: u64 = 64 * 1024;

/// Copies under way.
const MOST_UNDER_WAY: u32 = 64;

/// The copies of one gateway.
#[derive(Debug)]
pub(crate) struct Mirror {
    share: f64,
    under_way: Arc<AtomicU32>,
}

/// What happens to a request besides.
#[derive(Debug)]
pub(crate) enum Copy {
    /// Nothing: the lot did not fall on it.
    None,
    /// It is copied; the guard is held until the copy's reply has ended.
    Made(Copying),
    /// It would be, but its body is too large, or too many copies are under way: counted as skipped.
    Skipped,
}

/// A copy under way.
#[derive(Debug)]
pub(crate) struct Copying(Arc<AtomicU32>);

impl Mirror {
    /// Copies that share of the requests, from 0 to 1.
    pub(crate) fn new(share: f64) -> Self {
        Self { share, under_way: Arc::default() }
    }

    /// Draws for a request whose body has at least `body` bytes.
    pub(crate) fn draw(&self, body: u64, random: &mut impl Random) -> Copy {
        if random.unit() >= self.share {
            return Copy::None;
        }
        let more = |under_way: u32| (under_way < MOST_UNDER_WAY).then_some(under_way + 1);
        if body > MOST_BODY || self.under_way.fetch_update(Relaxed, Relaxed, more).is_err() {
            return Copy::Skipped;
        }
        Copy::Made(Copying(self.under_way.clone()))
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::random::Seeded;

    #[test]
    fn one_percent_is_copied_and_no_large_body() {
        let (mirror, mut random) = (Mirror::new(0.01), Seeded::new(2));
        let copied = (0..100_000).filter(|_| matches!(mirror.draw(10, &mut random), Copy::Made(_))).count();
        assert!((900..1100).contains(&copied), "{copied}");
        assert!(matches!(Mirror::new(1.0).draw(MOST_BODY + 1, &mut random), Copy::Skipped));
    }

    #[test]
    fn a_slow_mirror_holds_no_more_than_its_number_of_copies() {
        let (mirror, mut random) = (Mirror::new(1.0), Seeded::new(2));
        let held: Vec<Copy> = (0..64).map(|_| mirror.draw(0, &mut random)).collect();
        assert!(held.iter().all(|copy| matches!(copy, Copy::Made(_))));
        assert!(matches!(mirror.draw(0, &mut random), Copy::Skipped));
        drop(held);
        assert!(matches!(mirror.draw(0, &mut random), Copy::Made(_)));
    }
}
