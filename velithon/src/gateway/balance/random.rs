//! By lot, in proportion to the weights.

use crate::gateway::random::Random;
use crate::gateway::target::Eligible;

/// One draw.
pub(super) fn pick(eligible: &Eligible, random: &mut impl Random) -> usize {
    match eligible.sums() {
        None => random.index(eligible.len()),
        Some(sums) => by_weight(sums, random),
    }
}

/// One draw out of weights that were added up.
#[inline]
pub(super) fn by_weight(sums: &[u64], random: &mut impl Random) -> usize {
    let drawn = random.below(sums.last().copied().unwrap_or_default());
    sums.partition_point(|&sum| sum <= drawn)
}
