//! The targets of one upstream: an immutable list in written order, replaced as a whole by a reload or a discovery.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};

use super::standing::{Changes, Health};
use super::{Eligible, Target, TargetKey, TargetSpec};
use crate::gateway::balance::{Algorithm, maglev};
use crate::gateway::time::Moment;

/// What a set must know besides its targets.
#[derive(Debug, Clone, Default)]
pub(crate) struct SetOptions {
    /// How its targets are chosen from: the tables follow from it.
    pub(crate) algorithm: Algorithm,
    /// The growing share of new and returned targets; zero is off.
    pub(crate) slow_start: Duration,
    /// Whether health is asked for: a new target then waits for its first check.
    pub(crate) checked: bool,
}

/// A target in a set: its state, and what the latest configuration says about it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) spec: TargetSpec,
    pub(crate) target: Arc<Target>,
}

/// The list.
#[derive(Debug)]
pub(crate) struct TargetSet {
    members: Box<[Member]>,
    options: SetOptions,
    changes: Arc<Changes>,
    maglev: Option<Box<[u32]>>,
    eligible: ArcSwap<Eligible>,
}

impl TargetSet {
    /// The first set of an upstream.
    pub(crate) fn new(specs: Vec<TargetSpec>, options: SetOptions, now: Moment) -> Self {
        Self::with(specs, options, Arc::default(), &HashMap::new(), now)
    }

    /// The set that follows: targets whose key stays keep their state, whatever else is said about them.
    pub(crate) fn next(&self, specs: Vec<TargetSpec>, options: SetOptions, now: Moment) -> Self {
        let known = self.members.iter().map(|member| (member.target.key().clone(), member.target.clone())).collect();
        Self::with(specs, options, self.changes.clone(), &known, now)
    }

    fn with(
        specs: Vec<TargetSpec>,
        options: SetOptions,
        changes: Arc<Changes>,
        known: &HashMap<TargetKey, Arc<Target>>,
        now: Moment,
    ) -> Self {
        let first = if options.checked { Health::Unknown } else { Health::Up };
        let mut members: Vec<Member> = Vec::with_capacity(specs.len());
        for spec in without_repeats(specs) {
            let fresh = || Arc::new(Target::new(&spec, first, changes.clone(), now));
            let target = known.get(&spec.key()).cloned().unwrap_or_else(fresh);
            if !options.checked {
                // What checks said that are off now counts no longer.
                target.standing().set_health(Health::Up, now);
            }
            members.push(Member { spec, target });
        }
        let maglev = options.algorithm.is_maglev(primaries(&members)).then(|| maglev::table(&members));
        let none = ArcSwap::from_pointee(Eligible::none());
        let set = Self { members: members.into(), options, changes, maglev, eligible: none };
        set.eligible.store(Arc::new(Eligible::of(&set, now)));
        set
    }

    /// The targets in written order.
    #[inline]
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    #[inline]
    pub(crate) fn target(&self, index: usize) -> &Arc<Target> {
        &self.members[index].target
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// The targets that may be chosen at `now`.
    #[inline]
    pub(crate) fn eligible(&self, now: Moment) -> Guard<Arc<Eligible>> {
        let eligible = self.eligible.load();
        if eligible.is_current(self.changes.version(), now) { eligible } else { self.renewed(now) }
    }

    #[cold]
    fn renewed(&self, now: Moment) -> Guard<Arc<Eligible>> {
        self.eligible.store(Arc::new(Eligible::of(self, now)));
        self.eligible.load()
    }

    pub(crate) fn options(&self) -> &SetOptions {
        &self.options
    }

    pub(crate) fn changes(&self) -> &Arc<Changes> {
        &self.changes
    }

    /// The table of the consistent hash, when it is used.
    #[inline]
    pub(crate) fn maglev(&self) -> Option<&[u32]> {
        self.maglev.as_deref()
    }
}

fn primaries(members: &[Member]) -> usize {
    members.iter().filter(|member| !member.spec.backup).count()
}

/// The first of each key: a name server may list an address twice.
fn without_repeats(specs: Vec<TargetSpec>) -> Vec<TargetSpec> {
    let mut seen = std::collections::HashSet::with_capacity(specs.len());
    specs.into_iter().filter(|spec| seen.insert(spec.key())).collect()
}
