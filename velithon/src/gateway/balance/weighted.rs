//! In turn, each target exactly as often as it weighs, and spread evenly over the turn: `{5, 1, 1}` is a a b a c a a.
//!
//! The order of a whole turn is computed once for each eligible list, so a pick is one addition to a counter; a list
//! without a target that is out gives its share to the others in proportion.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Choice, Turn, random};
use crate::gateway::random::Random;

/// Beyond so many targets the order comes from a heap of deadlines: the smooth rule looks at every target at every step.
const MOST_SMOOTH: usize = 64;

/// The next place of the turn; for one more attempt, whose list nobody else has, a draw in proportion.
pub(super) fn pick(choice: &Choice<'_>, turn: &Turn, random: &mut impl Random) -> usize {
    if choice.eligible.is_rest() {
        return random::pick(choice.eligible, random);
    }
    let sequence = choice.eligible.smooth();
    sequence[turn.next(sequence.len())] as usize
}

/// A whole turn: each place as often as its weight, divided by what all weights have in common.
pub(crate) fn sequence(weights: &[u32]) -> Box<[u32]> {
    let common = weights.iter().copied().reduce(common_divisor).unwrap_or(1);
    let weights: Vec<i64> = weights.iter().map(|weight| i64::from(weight / common)).collect();
    if weights.len() > MOST_SMOOTH { by_deadline(&weights) } else { smooth(&weights) }
}

/// Every place gains its weight, the one that has most is next and pays the sum of all.
fn smooth(weights: &[i64]) -> Box<[u32]> {
    let sum: i64 = weights.iter().sum();
    let mut current = vec![0; weights.len()];
    let mut next = |_| {
        let mut best = 0;
        for (place, weight) in weights.iter().enumerate() {
            current[place] += weight;
            if current[place] > current[best] {
                best = place;
            }
        }
        current[best] -= sum;
        best as u32
    };
    (0..sum).map(&mut next).collect()
}

/// Earliest deadline first: the `k`-th turn of a place is due at `k / weight`.
fn by_deadline(weights: &[i64]) -> Box<[u32]> {
    let due = |turn: i64, place: usize| Reverse((Deadline(turn, weights[place]), place));
    let mut heap: BinaryHeap<_> = (0..weights.len()).map(|place| due(1, place)).collect();
    let mut next = |_| {
        let Some(Reverse((Deadline(turn, _), place))) = heap.pop() else { return 0 };
        heap.push(due(turn + 1, place));
        place as u32
    };
    (0..weights.iter().sum()).map(&mut next).collect()
}

/// A fraction, compared exactly.
#[derive(PartialEq, Eq)]
struct Deadline(i64, i64);

impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(weights: &[u32]) -> String {
        sequence(weights).iter().map(|&place| char::from(b'a' + place as u8)).collect()
    }

    // Regression 32: the weighted order is smooth, not in bursts.
    #[test]
    fn five_one_one_is_spread_over_the_turn() {
        assert_eq!(letters(&[5, 1, 1]), "aabacaa");
        assert_eq!(letters(&[10, 2, 2]), "aabacaa");
        assert_eq!(letters(&[1, 1, 1]), "abc");
    }

    proptest! {
        #[test]
        fn a_turn_is_exact_over_the_sum_of_the_weights(weights in prop::collection::vec(1u32..=50, 1..90)) {
            let turn = sequence(&weights);
            let common = weights.iter().copied().reduce(common_divisor).unwrap_or(1);
            for (place, weight) in weights.iter().enumerate() {
                let count = turn.iter().filter(|&&at| at as usize == place).count();
                prop_assert_eq!(count as u32, weight / common);
            }
        }

        #[test]
        fn no_part_of_a_turn_is_far_from_the_weights(weights in prop::collection::vec(1u32..=20, 2..10)) {
            let turn = sequence(&weights);
            let sum: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
            let mut counts = vec![0.0; weights.len()];
            for (step, &place) in turn.iter().enumerate() {
                counts[place as usize] += 1.0;
                for (place, &weight) in weights.iter().enumerate() {
                    let exact = (step + 1) as f64 * f64::from(weight) / sum;
                    prop_assert!((counts[place] - exact).abs() <= weights.len() as f64 / 2.0 + 1.0);
                }
            }
        }
    }
}
