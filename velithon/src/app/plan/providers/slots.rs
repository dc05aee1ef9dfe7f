//! What stands behind each key: a provider, one of several bindings, a collection of them, or a value given by hand.

use std::collections::BTreeMap;

use super::super::Input;
use crate::fault::Fault;
use crate::inject::{Key, Object, ProviderRecord, Scope, SlotRecord};

/// What stands behind a key.
#[derive(Debug, Clone)]
pub(super) enum Satisfied {
    /// Configuration, or a value that was given by hand.
    Given,
    By(usize),
    Collection(Vec<usize>),
    /// A slot whose fault is told: those who need it are not to blame.
    Faulty,
}

/// Finds what stands behind each key; slots with none or several bindings are faults.
pub(super) fn satisfy(
    input: &Input<'_>,
    given: &[(&'static Key, Object)],
    holding: &[&'static ProviderRecord],
    faults: &mut Vec<Fault>,
) -> BTreeMap<usize, Satisfied> {
    let mut by_key: BTreeMap<usize, Satisfied> = BTreeMap::new();
    for (node, record) in holding.iter().enumerate() {
        by_key.insert((record.key)().index(), Satisfied::By(node));
    }
    let bound = |key: &'static Key| {
        let candidate = move |record: &&ProviderRecord| record.binding.is_some_and(|binding| (binding.key)() == key);
        holding.iter().enumerate().filter(move |(_, record)| candidate(record)).map(|(node, _)| node)
    };
    for record in holding {
        if let Some(key) = record.binding.map(|binding| (binding.key)())
            && let Some(first) = bound(key).next()
        {
            by_key.insert(key.index(), Satisfied::By(first));
        }
    }
    let mut slots = input.records.slots.clone();
    slots.sort_by_key(|slot| slot.origin);
    for slot in slots {
        let key = (slot.key)();
        if given.iter().any(|(other, _)| *other == key) {
            continue;
        }
        let members: Vec<usize> = bound(key).collect();
        if slot.collect.is_some() {
            faults.extend(members.iter().filter_map(|&node| not_a_singleton(slot, holding[node])));
            by_key.insert(key.index(), Satisfied::Collection(members));
        } else if members.len() != 1 {
            faults.push(slot_fault(input, slot, &members, holding));
            by_key.insert(key.index(), Satisfied::Faulty);
        }
    }
    for (key, _) in given {
        by_key.insert(key.index(), Satisfied::Given);
    }
    by_key
}

fn not_a_singleton(slot: &SlotRecord, record: &ProviderRecord) -> Option<Fault> {
    (record.scope != Scope::Singleton).then(|| {
        Fault::new(format!("`{}` is {}-scoped, but `{}` collects singletons", record.name, record.scope, slot.name))
            .at(record.origin, format!("bound to `{}`", slot.name))
            .at(slot.origin, "the collection")
            .why("a collection is gathered once, before the first request")
            .help("make it a singleton, and give it a `Factory<_>` of what must be new each time")
    })
}

fn slot_fault(input: &Input<'_>, slot: &SlotRecord, members: &[usize], holding: &[&'static ProviderRecord]) -> Fault {
    let key = (slot.key)();
    let mut candidates: Vec<&ProviderRecord> = input
        .records
        .providers
        .iter()
        .copied()
        .filter(|record| record.binding.is_some_and(|binding| (binding.key)() == key))
        .collect();
    candidates.sort_by_key(|record| record.origin);
    let what = match (members.len(), candidates.len()) {
        (0, 0) => format!("nothing is bound to `{}`", slot.name),
        (0, _) => format!("no binding of `{}` holds", slot.name),
        _ => format!("{} bindings of `{}` hold at once", members.len(), slot.name),
    };
    let fault = Fault::new(what).at(slot.origin, "the slot");
    let fault = candidates.iter().fold(fault, |fault, record| {
        let holds = members.iter().any(|&node| std::ptr::eq(holding[node], *record));
        let verdict = if holds { "holds" } else { "does not hold" };
        let label = match record.when {
            Some(when) => format!("`{}`, when {when}: {verdict}{}", record.name, found(when, input)),
            None => format!("`{}`, always", record.name),
        };
        fault.at(record.origin, label)
    });
    fault.why("a slot has exactly one binding, chosen by configuration").help(if members.is_empty() {
        format!("set the configuration so that one holds, or add `#[inject(as = {})]`", slot.name)
    } else {
        "give all of them conditions that exclude each other".to_owned()
    })
}

/// What the configuration says for the key of a condition.
fn found(when: &str, input: &Input<'_>) -> String {
    let Ok(condition) = crate::config::Condition::parse(when) else { return String::new() };
    match input.config.display(condition.key()) {
        Some(value) => format!(", since `{}` is {value}", condition.key()),
        None => format!(", since `{}` is not set", condition.key()),
    }
}
