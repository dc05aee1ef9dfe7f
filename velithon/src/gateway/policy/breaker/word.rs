//! The whole state of a breaker in one word, so that every step is one exchange of it.
//!
//! From the top: state 2, generation 14, probes that are out 8, probes that went well 8, and 32 bits of milliseconds: when
//! an open breaker may be tried, or when a half-open one takes its probes for lost.

use crate::gateway::time::Moment;

/// What a breaker does with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// They pass.
    Closed,
    /// They are refused.
    Open,
    /// A few pass, to see whether the upstream is well.
    HalfOpen,
}

/// The word, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) state: State,
    /// Rises with every change of the state; 14 bits.
    pub(super) generation: u16,
    /// Probes without a verdict.
    pub(super) out: u8,
    /// Probes that went well.
    pub(super) well: u8,
    /// Milliseconds that start anew after 49 days.
    pub(super) until: u32,
}

const GENERATIONS: u16 = 1 << 14;

impl Word {
    pub(super) const CLOSED: Self = Self { state: State::Closed, generation: 0, out: 0, well: 0, until: 0 };

    /// The next state, in a generation of its own.
    pub(super) fn next(self, state: State, until: Moment) -> Self {
        let generation = (self.generation + 1) % GENERATIONS;
        Self { state, generation, out: 0, well: 0, until: until.wrapping_millis() }
    }

    /// Milliseconds until the word's time has come; zero once it has.
    pub(super) fn left(self, now: Moment) -> u32 {
        let left = self.until.wrapping_sub(now.wrapping_millis());
        if left > u32::MAX / 2 { 0 } else { left }
    }

    #[inline]
    pub(super) const fn pack(self) -> u64 {
        let state = match self.state {
            State::Closed => 0,
            State::Open => 1,
            State::HalfOpen => 2,
        };
        state << 62
            | (self.generation as u64) << 48
            | (self.out as u64) << 40
            | (self.well as u64) << 32
            | self.until as u64
    }

    #[inline]
    pub(super) const fn unpack(word: u64) -> Self {
        let state = match word >> 62 {
            0 => State::Closed,
            1 => State::Open,
            _ => State::HalfOpen,
        };
        let generation = (word >> 48) as u16 % GENERATIONS;
        Self { state, generation, out: (word >> 40) as u8, well: (word >> 32) as u8, until: word as u32 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_in_the_word(state in 0u8..3, generation in 0..GENERATIONS, out: u8, well: u8, until: u32) {
            let state = [State::Closed, State::Open, State::HalfOpen][usize::from(state)];
            let word = Word { state, generation, out, well, until };
            prop_assert_eq!(Word::unpack(word.pack()), word);
        }
    }
}
