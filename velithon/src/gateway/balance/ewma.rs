//! The cost of a target: how long a request would take, by the average of the answers and by who is there already.

use super::Choice;

/// What nobody has measured is assumed to take so long, in seconds.
const UNKNOWN: f32 = 1.0;

/// The least that is assumed of the unmeasured: a millisecond.
const LEAST_ASSUMED: f32 = 0.001;

/// An average aged down to nothing still lets the requests in flight count.
const LEAST: f32 = 0.000_001;

/// The place with the lowest cost, after those that nothing is known of.
pub(super) fn pick(choice: &Choice<'_>) -> usize {
    let mut places = 0..choice.eligible.len();
    places.clone().find(|&place| is_due(choice, place)).unwrap_or_else(|| {
        let costs = places.by_ref().map(|place| cost(choice, place));
        lowest(costs)
    })
}

/// Whether a target is to be looked at again.
#[inline]
pub(super) fn is_due(choice: &Choice<'_>, place: usize) -> bool {
    choice.set.target(choice.eligible.index(place)).load().is_due(choice.now)
}

/// The first of the lowest.
pub(super) fn lowest(costs: impl Iterator<Item = f32>) -> usize {
    costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(place, _)| place)
}

/// The average, once more for each request in flight per weight.
#[inline]
pub(super) fn cost(choice: &Choice<'_>, place: usize) -> f32 {
    let load = choice.set.target(choice.eligible.index(place)).load();
    let average = load.average(choice.now).unwrap_or_else(|| assumed(choice)).max(LEAST);
    average * (1.0 + load.in_flight() as f32 / choice.eligible.weight(place))
}

/// What is assumed of a target before its first answer: the mean of the others, so that it is neither shunned nor stormed.
#[cold]
fn assumed(choice: &Choice<'_>) -> f32 {
    let known = choice.set.members().iter().filter_map(|member| member.target.load().average(choice.now));
    let (sum, count) = known.fold((0.0, 0u32), |(sum, count), average| (sum + average, count + 1));
    if count == 0 { UNKNOWN } else { (sum / count as f32).max(LEAST_ASSUMED) }
}
