//! Which crates may register, and how much each did.

use std::collections::BTreeMap;

use super::Root;
use crate::fault::Fault;
use crate::record::{Origin, Records};

/// How many records a crate gave, for the start-up report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CrateCount {
    pub(crate) name: String,
    pub(crate) records: usize,
}

/// The crate that velithon's own records come from; always welcome.
const OWN: &str = env!("CARGO_CRATE_NAME");

pub(super) fn check(records: &Records, root: &Root) -> Vec<Fault> {
    let origins = records.origins();
    let mut faults = strangers(&origins, root);
    let given = |name: &&&str| origins.iter().all(|(origin, _)| origin.krate != **name || is_root(*origin, root));
    faults.extend(root.include.iter().filter(given).map(|name| {
        Fault::new(format!("the included crate `{name}` has nothing to register"))
            .at(root.origin, format!("`include = [{name}]`"))
            .why("a crate is included for its routes, providers, middleware or settings, and it has none of them")
            .help(format!("take `{name}` out of `include`, or check that its items carry velithon's attributes"))
    }));
    faults
}

/// One fault per crate that registers unasked.
fn strangers(origins: &[(Origin, &'static str)], root: &Root) -> Vec<Fault> {
    let mut by_crate: BTreeMap<String, Vec<(Origin, &str)>> = BTreeMap::new();
    for (origin, kind) in origins {
        if !is_root(*origin, root) && !is_included(*origin, root) && origin.krate != OWN {
            by_crate.entry(name(*origin)).or_default().push((*origin, kind));
        }
    }
    let fault = |(name, found): (String, Vec<(Origin, &str)>)| {
        let total = found.len();
        let krate = found[0].0.krate;
        let own = krate == root.origin.krate;
        let what = Fault::new(format!("`{name}` registers {total} item(s), but `main` does not include it"));
        let mut shown = found.into_iter().take(3).fold(what, |fault, (origin, kind)| fault.at(origin, kind));
        shown = shown.at(root.origin, "this is where crates are included");
        let why = if own {
            "a package's library and its binary are two crates to the compiler, so the library is included too"
        } else {
            "a dependency must not add routes, providers or middleware to a service that did not ask for them"
        };
        shown.why(why).help(format!("write `include = [{krate}]`, or drop the dependency"))
    };
    by_crate.into_iter().map(fault).collect()
}

pub(super) fn count(records: &Records, root: &Root) -> Vec<CrateCount> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    counts.insert(name(root.origin), 0);
    for (origin, _) in records.origins() {
        if origin.krate != OWN {
            *counts.entry(name(origin)).or_default() += 1;
        }
    }
    counts.into_iter().map(|(name, records)| CrateCount { name, records }).collect()
}

fn is_root(origin: Origin, root: &Root) -> bool {
    (origin.krate, origin.binary) == (root.origin.krate, root.origin.binary)
}

fn is_included(origin: Origin, root: &Root) -> bool {
    origin.binary.is_none() && root.include.contains(&origin.krate)
}

fn name(origin: Origin) -> String {
    match origin.binary {
        Some(binary) if binary.replace('-', "_") != origin.krate => format!("{} (binary {binary})", origin.krate),
        Some(_) | None => origin.krate.to_owned(),
    }
}
