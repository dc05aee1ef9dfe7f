//! The targets that may be chosen now: what every balance chooses from.
//!
//! The list is made when something changed, and then shared: a choice does not look at the standing of any target.

use std::sync::OnceLock;
use std::time::Duration;

use super::set::{Member, TargetSet};
use super::standing::Place;
use crate::gateway::balance::weighted;
use crate::gateway::policy::slow_start;
use crate::gateway::time::Moment;

/// Parts of a weight while some target is in its slow start.
const PARTS: u32 = 10;

/// Renewals of the list while a slow start lasts.
const STEPS: u32 = 20;

/// An immutable list of the targets that may be chosen, with their weights.
#[derive(Debug)]
pub(crate) struct Eligible {
    /// Positions in the set, rising.
    list: Box<[u32]>,
    /// The weight of each, in parts.
    weights: Box<[u32]>,
    /// The weights added up to each place; nothing when they are equal.
    sums: Option<Box<[u64]>>,
    /// Parts of a weight of 1.
    parts: u32,
    panic: bool,
    rest: bool,
    smooth: OnceLock<Box<[u32]>>,
    version: u64,
    until: Moment,
}

impl Eligible {
    /// The list at `now`.
    pub(super) fn of(set: &TargetSet, now: Moment) -> Self {
        // Before the words: a change while they are read makes this list old at once.
        let version = set.changes().version();
        let places: Vec<Place> = set.members().iter().map(|member| member.target.standing().place(now)).collect();
        for (member, place) in set.members().iter().zip(&places) {
            if let Place::In { since } = place {
                member.target.load().forget_before(*since);
            }
        }
        let (list, panic) = Choice { members: set.members(), places: &places }.list();
        let warming = Warming { window: set.options().slow_start, now, places: &places };
        let parts = if list.iter().any(|&index| warming.is_warming(index)) { PARTS } else { 1 };
        let weight = |&index: &u32| warming.weight(&set.members()[index as usize], index, parts);
        let weights = list.iter().map(weight).collect();
        let until = warming.until(&list);
        Self { version, until, ..Self::new(list, weights, parts, panic) }
    }

    /// A list of nobody, older than every change.
    pub(super) fn none() -> Self {
        Self::new(Vec::new(), Vec::new(), 1, false)
    }

    fn new(list: Vec<u32>, weights: Vec<u32>, parts: u32, panic: bool) -> Self {
        let equal = weights.windows(2).all(|pair| pair[0] == pair[1]);
        let sums = (!equal).then(|| added_up(&weights));
        let (list, weights) = (list.into(), weights.into());
        let (smooth, until) = (OnceLock::new(), Moment::default());
        Self { list, weights, sums, parts, panic, rest: false, smooth, version: 0, until }
    }

    /// The list without those, for one more attempt.
    pub(crate) fn without(&self, tried: &[u32]) -> Self {
        let kept = || (0..self.len()).filter(|&place| !tried.contains(&self.list[place]));
        let list = kept().map(|place| self.list[place]).collect();
        let weights = kept().map(|place| self.weights[place]).collect();
        Self { rest: true, ..Self::new(list, weights, self.parts, self.panic) }
    }

    /// Whether it is what remains for one more attempt, rather than the list that everybody chooses from.
    pub(crate) fn is_rest(&self) -> bool {
        self.rest
    }

    /// Whether nothing has changed since, and no time has passed that changes it.
    #[inline]
    pub(super) fn is_current(&self, version: u64, now: Moment) -> bool {
        self.version == version && now < self.until
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The position in the set of the target at this place of the list.
    #[inline]
    pub(crate) fn index(&self, place: usize) -> usize {
        self.list[place] as usize
    }

    /// Positions in the set, rising.
    pub(crate) fn indices(&self) -> impl ExactSizeIterator<Item = usize> {
        self.list.iter().map(|&index| index as usize)
    }

    /// The place in the list of a position in the set.
    #[inline]
    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        self.list.binary_search(&(index as u32)).ok()
    }

    /// The weight at this place of the list, as it was written, or less during a slow start.
    #[inline]
    pub(crate) fn weight(&self, place: usize) -> f32 {
        self.weights[place] as f32 / self.parts as f32
    }

    /// The sum of the weights, in the same unit.
    pub(crate) fn total_weight(&self) -> f32 {
        self.weights.iter().map(|&weight| u64::from(weight)).sum::<u64>() as f32 / self.parts as f32
    }

    /// The weights added up to each place, in parts; nothing when they are equal.
    #[inline]
    pub(crate) fn sums(&self) -> Option<&[u64]> {
        self.sums.as_deref()
    }

    /// Whether so few are well that health and ejection are ignored.
    pub(crate) fn is_panic(&self) -> bool {
        self.panic
    }

    /// The places of the list in the smooth order of their weights, each as often as it weighs.
    pub(crate) fn smooth(&self) -> &[u32] {
        self.smooth.get_or_init(|| weighted::sequence(&self.weights))
    }
}

fn added_up(weights: &[u32]) -> Box<[u64]> {
    let add = |sum: &mut u64, weight: &u32| {
        *sum += u64::from(*weight);
        Some(*sum)
    };
    weights.iter().scan(0, add).collect()
}

/// Who is on the list.
struct Choice<'a> {
    members: &'a [Member],
    places: &'a [Place],
}

impl Choice<'_> {
    /// The primaries that are in, all of them in a panic, and the backups when there are none; whether it is a panic.
    fn list(&self) -> (Vec<u32>, bool) {
        let primaries = self.those(|member, place| !member.spec.backup && is_in(place));
        let backups = self.those(|member, place| member.spec.backup && is_in(place));
        if backups.is_empty() && self.is_panic(primaries.len()) {
            (self.those(|member, place| !member.spec.backup && is_asked(place)), true)
        } else if primaries.is_empty() {
            (backups, false)
        } else {
            (primaries, false)
        }
    }

    /// Fewer than half of more than two primaries; those that get nothing on purpose are not among them.
    fn is_panic(&self, well: usize) -> bool {
        let asked = self.those(|member, place| !member.spec.backup && is_asked(place)).len();
        asked > 2 && well * 2 < asked
    }

    fn those(&self, fits: impl Fn(&Member, Place) -> bool) -> Vec<u32> {
        let fits = |&(index, member): &(usize, &Member)| fits(member, self.places[index]);
        self.members.iter().enumerate().filter(fits).map(|(index, _)| index as u32).collect()
    }
}

fn is_in(place: Place) -> bool {
    matches!(place, Place::In { .. })
}

/// Whether health or ejection alone decides about it.
fn is_asked(place: Place) -> bool {
    matches!(place, Place::In { .. } | Place::Ejected { .. } | Place::Down)
}

/// The weights of targets that came back a short while ago, and when the list must be made again.
struct Warming<'a> {
    window: Duration,
    now: Moment,
    places: &'a [Place],
}

impl Warming<'_> {
    fn is_warming(&self, index: u32) -> bool {
        matches!(self.places[index as usize], Place::In { since } if self.now.since(since) < self.window)
    }

    fn weight(&self, member: &Member, index: u32, parts: u32) -> u32 {
        let whole = u32::from(member.spec.weight) * parts;
        match self.places[index as usize] {
            Place::In { since } => {
                let share = slow_start::share(self.now.since(since), self.window);
                ((f64::from(whole) * share).round() as u32).max(1)
            }
            _ => whole,
        }
    }

    fn until(&self, list: &[u32]) -> Moment {
        let ends = self.places.iter().filter_map(|place| match *place {
            Place::Pending { until } | Place::Ejected { until } => Some(until),
            _ => None,
        });
        let step = list.iter().any(|&index| self.is_warming(index)).then(|| self.now + self.window / STEPS);
        ends.chain(step).min().unwrap_or(Moment::from_micros(u64::MAX))
    }
}
