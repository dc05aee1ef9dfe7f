//! The middleware that routes and gateways name: whether one of them applies, and that what is asked for runs.

use std::any::TypeId;
use std::fmt::Display;

use super::Input;
use crate::config::Condition;
use crate::fault::Fault;
use crate::middleware::builtin;
use crate::middleware::order::Ranked;
use crate::route::RouteOptions;

/// What a route or gateway says of one middleware.
pub(super) enum Said {
    Skip,
    Run,
    Nothing,
}

pub(super) fn said(options: &RouteOptions, one: &Ranked) -> Said {
    let this = (one.record.identity)();
    let names = |list: &[fn() -> TypeId]| list.iter().any(|identity| identity() == this);
    match (names(options.skip), names(options.middleware)) {
        (true, _) => Said::Skip,
        (false, true) => Said::Run,
        (false, false) => Said::Nothing,
    }
}

/// The middleware that `name` asks for and that is switched off: it may well be the lock on the door.
pub(super) fn switched_off(
    input: &Input<'_>,
    middleware: &[Ranked],
    options: &RouteOptions,
    name: &str,
    place: &dyn Display,
) -> Vec<Fault> {
    let asked = options.middleware.iter().map(|identity| identity());
    let off = asked.filter(|asked| !middleware.iter().any(|one| (one.record.identity)() == *asked));
    off.filter_map(|identity| told(input, identity, name, place)).collect()
}

fn told(input: &Input<'_>, identity: TypeId, name: &str, place: &dyn Display) -> Option<Fault> {
    let off = |other: &str| {
        Fault::new(format!("`{name}` asks for the middleware `{other}`, which is switched off"))
            .at(place, format!("`{name}`, `middleware = [{other}]`"))
            .why("what names a middleware is not served without it")
    };
    if let Some((record, switch)) = builtin::ALL.iter().find(|(record, _)| (record.identity)() == identity) {
        return Some(off(record.name).help(format!("switch it on: `{switch}`")));
    }
    // Whoever implements `Ordered` by hand names nothing that could run.
    let record = input.records.middleware.iter().find(|record| (record.identity)() == identity)?;
    let when = record.when?;
    // A condition that cannot be decided has a fault of its own.
    let decided = matches!(Condition::parse(when).map(|when| when.evaluate(input.config)), Ok(Ok(false)));
    decided.then(|| {
        let other = record.name;
        off(other)
            .at(record.origin, format!("`when = \"{when}\"` does not hold"))
            .help(format!("give `{name}` the same `when`, or say in `{other}` itself where it runs, by `path`"))
    })
}
