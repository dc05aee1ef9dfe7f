//! Random numbers: for choosing targets, for jitter, for shares. None of them is a secret.
//!
//! What draws takes a [`Random`] as an argument, so a test hands in a seeded one and sees the same choices every time.

/// A source of evenly distributed numbers.
pub(crate) trait Random {
    /// Any number, each as likely as every other.
    fn next_u64(&mut self) -> u64;

    /// A number below `bound`; zero when that is zero.
    ///
    /// The high half of a product, whose bias of at most `bound` in 2^64 nobody can measure.
    #[inline]
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// An index below `len`, which is not zero.
    #[inline]
    fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A fraction from 0 up to, but not including, 1.
    #[inline]
    fn unit(&mut self) -> f64 {
        // The 53 bits of a double's mantissa.
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The thread's own generator, seeded by the system when the thread first draws.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfThread;

impl Random for OfThread {
    #[inline]
    fn next_u64(&mut self) -> u64 {
        fastrand::u64(..)
    }
}

/// The generator of the current thread.
#[inline]
pub(crate) const fn of_thread() -> OfThread {
    OfThread
}

/// A generator that gives the same numbers for the same seed: splitmix64.
#[derive(Debug, Clone)]
pub(crate) struct Seeded(u64);

impl Seeded {
    /// A generator whose numbers follow from `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Random for Seeded {
    #[inline]
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

/// Spreads every bit of a number over all of them: the last step of splitmix64.
#[inline]
pub(crate) const fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_below_their_bound_and_reach_every_number() {
        let mut random = Seeded::new(1);
        let mut seen = [false; 7];
        for _ in 0..1000 {
            seen[random.index(7)] = true;
            assert!((0.0..1.0).contains(&random.unit()));
        }
        assert_eq!(seen, [true; 7]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn one_seed_gives_one_sequence() {
        let draw = || {
            (0..4)
                .map({
                    let mut r = Seeded::new(9);
                    move |_| r.next_u64()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }
}
