//! Which routes exist, whether two of them clash, and the chain of each.

use std::collections::BTreeMap;

use http::Method;

use super::named::{Said, said, switched_off};
use super::providers::unsatisfied_by;
use super::{Graph, Input, Off, PlannedLink, PlannedRoute, holds};
use crate::fault::Fault;
use crate::middleware::order::Ranked;
use crate::record::Records;
use crate::route::{Coverage, GroupRecord, RouteOptions, RouteRecord, Template};

pub(super) fn plan(
    input: &Input<'_>,
    middleware: &[Ranked],
    graph: &Graph,
    off: &mut Vec<Off>,
    faults: &mut Vec<Fault>,
) -> Vec<PlannedRoute> {
    faults.extend(unprefixed(input.records));
    let mut records: Vec<&RouteRecord> = input.records.routes.iter().copied().chain(&input.additions.routes).collect();
    records.sort_by_key(|record| {
        let origin = record.origin;
        // A library and a binary of one package may share module, line and column.
        (origin.module, origin.line, origin.column, record.path.clone(), origin)
    });
    let mut routes = Vec::new();
    for record in records {
        let what = || format!("{} {}", record.methods.join("|"), record.path);
        let mut holds_all =
            record.options.when.iter().map(|when| holds(Some(when), what, record.origin, input.config, off, faults));
        if !holds_all.all(|holds| holds) {
            continue;
        }
        faults.extend(switched_off(input, middleware, &record.options, record.handler, &record.origin));
        match Template::parse(&record.path) {
            Ok(template) => routes.push(route(record, template, middleware, graph, faults)),
            Err(error) => faults.push(
                Fault::new(format!("`{}` is no path: {error}", record.path))
                    .at(record.origin, format!("`{}`", record.handler)),
            ),
        }
    }
    faults.extend(duplicates(&routes));
    routes
}

fn route(
    record: &RouteRecord,
    template: Template,
    middleware: &[Ranked],
    graph: &Graph,
    faults: &mut Vec<Fault>,
) -> PlannedRoute {
    let chain: Vec<PlannedLink> = middleware
        .iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let methods = methods(record);
            let checked = applies(&record.options, Some(&methods), &template, one)?;
            Some(PlannedLink { middleware: index, checked })
        })
        .collect();
    faults.extend(unsatisfied_by(graph, record.handler, record.origin, record.dependencies));
    let chained = chain.iter().flat_map(|link| middleware[link.middleware].record.dependencies);
    let seen = graph.any_request_bound(record.dependencies.iter().chain(chained));
    // An extractor may ask for anything there is.
    let uses_scope = seen || (record.options.foreign && graph.has_request_scope());
    PlannedRoute { record: record.clone(), template, chain, uses_scope }
}

/// Whether a middleware stands in the chain of a route, and if so, whether the request still decides.
///
/// No methods are all methods.
pub(super) fn applies(
    options: &RouteOptions,
    methods: Option<&[Method]>,
    template: &Template,
    one: &Ranked,
) -> Option<bool> {
    match said(options, one) {
        Said::Skip => return None,
        Said::Run => return Some(false),
        Said::Nothing => {}
    }
    let check = &one.check;
    let common = methods.map(|methods| methods.iter().filter(|method| check.methods.contains(method)).count());
    let by_method = match (common, methods) {
        _ if check.methods.is_empty() => Coverage::Always,
        (Some(0), _) => Coverage::Never,
        (Some(some), Some(methods)) if some == methods.len() => Coverage::Always,
        _ => Coverage::Sometimes,
    };
    let by_path = if check.paths.is_empty() { Coverage::Always } else { any(&check.paths, template) };
    let left_out = any(&check.except, template);
    if by_method == Coverage::Never || by_path == Coverage::Never || left_out == Coverage::Always {
        return None;
    }
    Some(by_method == Coverage::Sometimes || by_path == Coverage::Sometimes || left_out == Coverage::Sometimes)
}

/// How much of a template several patterns cover together; not more than the widest of them is claimed.
fn any(patterns: &[crate::route::Pattern], template: &Template) -> Coverage {
    let covered: Vec<Coverage> = patterns.iter().map(|pattern| pattern.covers(template)).collect();
    if covered.contains(&Coverage::Always) {
        Coverage::Always
    } else if covered.contains(&Coverage::Sometimes) {
        Coverage::Sometimes
    } else {
        Coverage::Never
    }
}

/// The methods a route answers: HEAD comes with GET.
pub(crate) fn methods(record: &RouteRecord) -> Vec<Method> {
    let mut methods: Vec<Method> =
        record.methods.iter().filter_map(|method| Method::from_bytes(method.as_bytes()).ok()).collect();
    if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
        methods.push(Method::HEAD);
    }
    methods
}

/// Two routes that one request would fit: same method, same shape of path, and no guard to tell them apart.
fn duplicates(routes: &[PlannedRoute]) -> Vec<Fault> {
    let mut seen: BTreeMap<(String, &str, Guards), &PlannedRoute> = BTreeMap::new();
    let mut faults = Vec::new();
    for route in routes {
        for method in route.record.methods {
            let guards = (route.record.options.accept, route.record.options.header);
            let key = (route.template.normalised().to_string(), *method, guards);
            match seen.get(&key) {
                Some(first) => faults.push(duplicate(method, first, route)),
                None => {
                    seen.insert(key, route);
                }
            }
        }
    }
    faults
}

type Guards = (Option<&'static str>, Option<(&'static str, &'static str)>);

fn duplicate(method: &str, first: &PlannedRoute, second: &PlannedRoute) -> Fault {
    let label = |route: &PlannedRoute| format!("`{}` at `{}`{}", route.record.handler, route.record.path, guard(route));
    let guarded = first.record.options.accept.is_some() || first.record.options.header.is_some();
    let why = match guarded {
        true => "a request that fits one of them fits the other too: their guards are the same",
        false => "a request for that path would fit both; the names of captures make no difference",
    };
    Fault::new(format!("two handlers serve `{method} {}`", second.record.path))
        .at(first.record.origin, label(first))
        .at(second.record.origin, label(second))
        .why(why)
        .help("change one path or method, tell them apart by `accept` or `header`, or give them a `when` each")
}

/// What the route asks of a request beside method and path, as it is written.
fn guard(route: &PlannedRoute) -> String {
    let accept = route.record.options.accept.map(|media| format!(", accept = \"{media}\""));
    let header = route.record.options.header.map(|(name, value)| format!(", header(\"{name}\" = \"{value}\")"));
    format!("{}{}", accept.unwrap_or_default(), header.unwrap_or_default())
}

/// Routes that stand in a `#[routes]` module, however deep, and did not get its keys.
pub(super) fn unprefixed(records: &Records) -> Vec<Fault> {
    let mut routes: Vec<&RouteRecord> = records.routes.iter().copied().filter(|route| !route.options.grouped).collect();
    routes.sort_by_key(|route| route.origin);
    routes.into_iter().filter_map(|route| Some(unreached(route, group_around(records, route.origin.module)?))).collect()
}

fn group_around<'r>(records: &'r Records, module: &str) -> Option<&'r GroupRecord> {
    let around = |group: &&&GroupRecord| {
        module.strip_prefix(group.module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    records.groups.iter().filter(around).max_by_key(|group| group.module.len()).copied()
}

fn unreached(route: &RouteRecord, group: &GroupRecord) -> Fault {
    let keys = match group.prefix {
        "" => "keys".to_owned(),
        prefix => format!("prefix `{prefix}`"),
    };
    Fault::new(format!("`{}` stands in a `#[routes]` module but did not get its {keys}", route.handler))
        .at(route.origin, "its attribute was imported under another name")
        .at(group.origin, "the module")
        .why("`#[routes]` finds the attributes inside by their names")
        .help("write the attribute by its own name, such as `#[get(..)]` or `#[velithon::get(..)]`")
}
