//! How many requests may be in flight, counted without a word that all cores write to.
//!
//! A core borrows permits from a common [`Bank`] in small batches and lends them to its requests. What it keeps at hand
//! is bounded, so that one core cannot starve the others; with few permits it keeps none and the count is exact.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The permits nobody has borrowed.
#[derive(Debug, Clone)]
pub(super) struct Bank {
    left: Arc<AtomicUsize>,
    batch: usize,
}

impl Bank {
    /// `total` permits, to be shared by this many cores.
    pub(super) fn new(total: usize, cores: usize) -> Self {
        // All cores together keep at most a 32nd of the permits idle.
        let batch = (total / (32 * cores.max(1))).min(64);
        Self { left: Arc::new(AtomicUsize::new(total)), batch }
    }

    /// A core's share, empty at first.
    pub(super) fn share(&self) -> Share {
        Share { bank: self.clone(), at_hand: AtomicUsize::new(0) }
    }

    fn borrow(&self) -> usize {
        let wanted = self.batch.max(1);
        let take = |left: usize| (left > 0).then(|| left - left.min(wanted));
        self.left.fetch_update(Relaxed, Relaxed, take).map_or(0, |left| left.min(wanted))
    }
}

/// The permits one core has at hand.
#[derive(Debug)]
pub(super) struct Share {
    bank: Bank,
    at_hand: AtomicUsize,
}

impl Share {
    /// Takes a permit, or says that there is none; it is given back with [`give`](Self::give).
    #[inline]
    pub(super) fn take(&self) -> bool {
        self.at_hand.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() || self.refill()
    }

    /// Gives a permit back.
    #[inline]
    pub(super) fn give(&self) {
        if self.at_hand.fetch_add(1, Relaxed) >= self.bank.batch {
            self.return_surplus();
        }
    }

    #[cold]
    fn refill(&self) -> bool {
        let borrowed = self.bank.borrow();
        self.at_hand.fetch_add(borrowed.saturating_sub(1), Relaxed);
        borrowed > 0
    }

    #[cold]
    fn return_surplus(&self) {
        // Half a batch stays, so that a core at the edge does not visit the bank for every request.
        let kept = self.bank.batch / 2;
        if let Ok(before) = self.at_hand.fetch_update(Relaxed, Relaxed, |left| (left > kept).then_some(kept)) {
            self.bank.left.fetch_add(before - kept, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_all(share: &Share) -> usize {
        std::iter::repeat_with(|| share.take()).take_while(|taken| *taken).count()
    }

    #[test]
    fn no_more_permits_are_lent_than_there_are() {
        let bank = Bank::new(10_000, 2);
        let (left, right) = (bank.share(), bank.share());
        assert_eq!(take_all(&left), 10_000);
        assert_eq!(take_all(&right), 0);
    }

    #[test]
    fn with_few_permits_an_idle_core_keeps_none() {
        let bank = Bank::new(2, 8);
        let (busy, idle) = (bank.share(), bank.share());
        assert!(idle.take());
        idle.give();
        assert_eq!(take_all(&busy), 2);
    }

    #[test]
    fn an_idle_core_keeps_at_most_its_share_of_a_32nd() {
        let bank = Bank::new(10_000, 2);
        let (busy, idle) = (bank.share(), bank.share());
        let taken = take_all(&idle);
        (0..taken).for_each(|_| idle.give());
        assert!(take_all(&busy) >= 10_000 - 10_000 / 32);
    }
}
