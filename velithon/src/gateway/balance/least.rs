//! The fewest requests in flight for the weight, over all targets.

use super::{Choice, ewma};
use crate::gateway::random::Random;

/// The place with the lowest `(in flight + 1) / weight`. The scan begins at random: among equals no one is the favorite.
pub(super) fn pick(choice: &Choice<'_>, random: &mut impl Random) -> usize {
    let len = choice.eligible.len();
    let start = random.index(len);
    let place = |step| (start + step) % len;
    place(ewma::lowest((0..len).map(|step| crowd(choice, place(step)))))
}

fn crowd(choice: &Choice<'_>, place: usize) -> f32 {
    let load = choice.set.target(choice.eligible.index(place)).load();
    (load.in_flight() + 1) as f32 / choice.eligible.weight(place)
}
