//! Solves the order of all middleware, once, at start.
//!
//! `before` and `after` are kept; among those they leave free, the lower priority is further out; what is still free
//! and can meet on one path is a fault that names both. Pure: records in, positions or faults out.

use std::collections::{BTreeMap, BTreeSet};

use super::band::USER;
use super::chain::Check;
use super::record::MiddlewareRecord;
use crate::fault::Fault;

/// A middleware of this application with its rules parsed.
#[derive(Clone)]
pub(crate) struct Ranked {
    pub(crate) record: MiddlewareRecord,
    pub(crate) check: Check,
}

/// The middleware from the outermost to the innermost.
pub(crate) fn solve(mut ranked: Vec<Ranked>) -> Result<Vec<Ranked>, Vec<Fault>> {
    // The order of declaration has no meaning: it only makes the result the same on every build.
    ranked.sort_by_key(|one| (one.record.origin.module, one.record.origin.line, one.record.name, one.record.origin));
    let edges = Edges::of(&ranked);
    let priorities = edges.priorities(&ranked);
    let order = edges.sort(&priorities).map_err(|rest| vec![cycle(&ranked, &rest, &edges)])?;
    let faults = unsettled(&ranked, &edges, &priorities);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut slots: Vec<Option<Ranked>> = ranked.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| slots[index].take()).collect())
}

/// Who must run inside of whom.
struct Edges {
    /// `inner[a]` holds every `b` that runs inside of `a`, by one direct rule.
    inner: Vec<BTreeSet<usize>>,
}

impl Edges {
    fn of(ranked: &[Ranked]) -> Self {
        let by_identity: BTreeMap<_, usize> =
            ranked.iter().enumerate().map(|(index, one)| ((one.record.identity)(), index)).collect();
        let mut inner = vec![BTreeSet::new(); ranked.len()];
        for (index, one) in ranked.iter().enumerate() {
            // A rule about a middleware that is switched off says nothing.
            for outer in one.record.after.iter().filter_map(|other| by_identity.get(&other())) {
                inner[*outer].insert(index);
            }
            for innermost in one.record.before.iter().filter_map(|other| by_identity.get(&other())) {
                inner[index].insert(*innermost);
            }
        }
        Self { inner }
    }

    /// The priority each takes part with: written, or `USER`, or further out where a `before` demands it.
    fn priorities(&self, ranked: &[Ranked]) -> Vec<i32> {
        let mut priorities: Vec<i32> = ranked.iter().map(|one| one.record.priority.unwrap_or(USER)).collect();
        // A chain of rules is at most as long as the list, so this settles.
        for _ in 0..ranked.len() {
            for index in 0..ranked.len() {
                let outermost = self.inner[index].iter().map(|&inner| priorities[inner]).min();
                if let (None, Some(outermost)) = (ranked[index].record.priority, outermost) {
                    priorities[index] = priorities[index].min(outermost);
                }
            }
        }
        priorities
    }

    /// Outermost first; what is left in a cycle is the error.
    fn sort(&self, priorities: &[i32]) -> Result<Vec<usize>, Vec<usize>> {
        let count = priorities.len();
        let mut waiting = vec![0; count];
        for inner in self.inner.iter().flatten() {
            waiting[*inner] += 1;
        }
        let mut free: BTreeSet<(i32, usize)> =
            (0..count).filter(|&index| waiting[index] == 0).map(|index| (priorities[index], index)).collect();
        let mut order = Vec::with_capacity(count);
        while let Some((_, index)) = free.pop_first() {
            order.push(index);
            for &inner in &self.inner[index] {
                waiting[inner] -= 1;
                if waiting[inner] == 0 {
                    free.insert((priorities[inner], inner));
                }
            }
        }
        if order.len() == count { Ok(order) } else { Err((0..count).filter(|&index| waiting[index] > 0).collect()) }
    }

    /// Whether a chain of rules puts `b` inside of `a`.
    fn reaches(&self, a: usize, b: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![a];
        while let Some(index) = open.pop() {
            for &inner in &self.inner[index] {
                if inner == b {
                    return true;
                }
                if seen.insert(inner) {
                    open.push(inner);
                }
            }
        }
        false
    }
}

fn unsettled(ranked: &[Ranked], edges: &Edges, priorities: &[i32]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for a in 0..ranked.len() {
        for b in a + 1..ranked.len() {
            let (one, other) = (&ranked[a], &ranked[b]);
            let free = priorities[a] == priorities[b] && !edges.reaches(a, b) && !edges.reaches(b, a);
            if free && !one.record.built_in && !other.record.built_in && can_meet(&one.check, &other.check) {
                faults.push(
                    Fault::new(format!(
                        "nothing settles whether `{}` or `{}` runs first",
                        one.record.name, other.record.name
                    ))
                    .at(one.record.origin, format!("`{}`, priority {}", one.record.name, priorities[a]))
                    .at(other.record.origin, format!("`{}`, priority {}", other.record.name, priorities[b]))
                    .why("both run on some path, and the order of declaration has no meaning")
                    .help(format!(
                        "write `after = {}` on `{}`, or give both a `priority`",
                        one.record.name, other.record.name
                    )),
                );
            }
        }
    }
    faults
}

/// Whether one request could pass through both.
fn can_meet(one: &Check, other: &Check) -> bool {
    let methods = one.methods.is_empty()
        || other.methods.is_empty()
        || one.methods.iter().any(|method| other.methods.contains(method));
    let paths = one.paths.is_empty()
        || other.paths.is_empty()
        || one.paths.iter().any(|mine| other.paths.iter().any(|theirs| mine.overlaps(theirs)));
    methods && paths
}

fn cycle(ranked: &[Ranked], rest: &[usize], edges: &Edges) -> Fault {
    // What only stands inside of a circle is left over as well, and is not to blame.
    let rest: Vec<usize> = rest.iter().copied().filter(|&index| edges.reaches(index, index)).collect();
    let names: Vec<&str> = rest.iter().map(|&index| ranked[index].record.name).collect();
    let fault = Fault::new(format!("the order of the middleware {} runs in a circle", crate::fault::list(&names)));
    rest.iter()
        .fold(fault, |fault, &index| {
            let record = &ranked[index].record;
            fault.at(record.origin, format!("`{}`", record.name))
        })
        .why("each of them must run inside of the next, and the last inside of the first")
        .help("take one `before` or `after` away")
}
