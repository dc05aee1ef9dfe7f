//! Which providers exist: those whose condition holds and that nothing replaces.

use super::super::{Input, Off, holds};
use crate::fault::Fault;
use crate::inject::{Key, Object, ProviderRecord};

/// Configuration sections and the values of `main`, all read before any provider is built.
pub(super) fn given(input: &Input<'_>) -> Vec<(&'static Key, Object)> {
    let sections = input.config.objects().map(|(key, object)| (key, Object::clone(object)));
    sections.chain(input.additions.given.iter().cloned()).collect()
}

/// The providers whose condition holds and whom no given value replaces.
///
/// One that is replaced under its own name, and not under the trait it stands for, stays: the value that was given is
/// then found by the trait too.
pub(super) fn holding(
    input: &Input<'_>,
    given: &[(&'static Key, Object)],
    off: &mut Vec<Off>,
    faults: &mut Vec<Fault>,
) -> Vec<&'static ProviderRecord> {
    let replaced = |key: &'static Key| given.iter().any(|(other, _)| *other == key);
    let mut records = input.records.providers.clone();
    records.sort_by_key(|record| {
        (record.origin.module, record.origin.line, record.origin.column, record.name, record.origin)
    });
    let forgotten = |record: &ProviderRecord| record.build.is_none() && !replaced((record.key)());
    records.retain(|record| !forgotten(record) || asked_for(input, record));
    // These stay, so that those who ask for them are no faults as well.
    faults.extend(records.iter().filter(|record| forgotten(record)).map(|record| not_provided(record)));
    records
        .into_iter()
        .filter(|record| {
            let itself = replaced((record.key)());
            match record.binding.map(|binding| replaced((binding.key)())) {
                None => !itself,
                Some(false) => true,
                Some(true) => !itself && asked_for(input, record),
            }
        })
        .filter(|record| {
            let what = || format!("provider `{}`", record.name);
            holds(record.when, what, record.origin, input.config, off, faults)
        })
        .collect()
}

fn not_provided(record: &ProviderRecord) -> Fault {
    let name = record.name;
    Fault::new(format!("`{name}` is provided by `main`, which did not provide it"))
        .at(record.origin, "marked `#[inject(provided)]`")
        .why("velithon does not build such a value, and something asks for it")
        .help(format!("write `app.provide({name} {{ .. }})` in `main`; in a test, `app.with::<{name}>(..)`"))
}

/// Whether anything asks for a provider under its own name, not only under the trait it stands for.
fn asked_for(input: &Input<'_>, record: &ProviderRecord) -> bool {
    let providers = input.records.providers.iter().flat_map(|other| other.dependencies);
    let added = input.additions.routes.iter().flat_map(|other| other.dependencies);
    let routes = input.records.routes.iter().flat_map(|other| other.dependencies).chain(added);
    let middleware = input.records.middleware.iter().flat_map(|other| other.dependencies);
    providers.chain(routes).chain(middleware).any(|dependency| (dependency.key)() == Some((record.key)()))
}
