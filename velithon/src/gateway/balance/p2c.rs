//! Power of two choices: two draws, and the better one of them gets the request.
//!
//! Nearly as even as looking at all, at the price of two; and since different workers draw differently, they do not all
//! run to the target that looked best a moment ago. A target that lost every draw for a while gets one request all the
//! same: what it was avoided for may be over.

use super::{Choice, ewma, random};
use crate::gateway::random::Random;

/// The place with the lower cost of two, the first draw when they are equal; the other one when that alone is due.
#[inline]
pub(super) fn pick(choice: &Choice<'_>, random: &mut impl Random) -> usize {
    let (first, second) = draw(choice, random);
    if first == second {
        return first;
    }
    let is_second = ewma::cost(choice, second) < ewma::cost(choice, first);
    let (better, other) = if is_second { (second, first) } else { (first, second) };
    if ewma::is_due(choice, other) && !ewma::is_due(choice, better) { other } else { better }
}

/// Two different places under equal weights, else two draws in proportion, which may be the same.
#[inline]
fn draw(choice: &Choice<'_>, random: &mut impl Random) -> (usize, usize) {
    match choice.eligible.sums() {
        None => {
            let first = random.index(choice.eligible.len());
            let second = random.index(choice.eligible.len() - 1);
            (first, second + usize::from(second >= first))
        }
        Some(sums) => (random::by_weight(sums, random), random::by_weight(sums, random)),
    }
}
