//! Which upstreams and gateways there are, whether they fit together and beside the routes, and the chain of each gateway.

use http::Method;

use super::named::switched_off;
use super::providers::unsatisfied_by;
use super::routes::{applies, methods};
use super::{Graph, Input, Off, PlannedLink, PlannedRoute, holds};
use crate::fault::{Fault, nearest};
use crate::gateway::{
    ConfiguredGateway, ConfiguredUpstream, GatewayRecord, GatewaySettings, Shape, settings_faults, templates,
};
use crate::middleware::order::Ranked;
use crate::record::Origin;
use crate::route::{RouteOptions, Template};

/// Every upstream and gateway that will be served.
#[derive(Clone, Default)]
pub(crate) struct Gateways {
    /// Those with a record at the number of its key, then those that exist in configuration alone.
    pub(crate) upstreams: Vec<Option<ConfiguredUpstream>>,
    pub(crate) gateways: Vec<PlannedGateway>,
}

/// A gateway that will be served.
#[derive(Clone)]
pub(crate) struct PlannedGateway {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) shape: Shape,
    /// Under which it stands in the table of routes; the widest comes last.
    pub(crate) templates: Vec<Template>,
    /// The methods it takes; nothing for all.
    pub(crate) methods: Option<Vec<Method>>,
    /// The position of its upstream in [`Gateways::upstreams`].
    pub(crate) upstream: usize,
    pub(crate) settings: GatewaySettings,
    pub(crate) record: Option<&'static GatewayRecord>,
    pub(crate) options: RouteOptions,
    /// Positions in the plan's middleware, outermost first.
    pub(crate) chain: Vec<PlannedLink>,
    pub(crate) uses_scope: bool,
    /// Where it is declared.
    pub(crate) place: String,
}

pub(super) fn plan(
    input: &Input<'_>,
    middleware: &[Ranked],
    graph: &Graph,
    routes: &[PlannedRoute],
    off: &mut Vec<Off>,
    faults: &mut Vec<Fault>,
) -> Gateways {
    faults.extend(repeated(input));
    let upstreams = upstreams(input, graph, faults);
    let mut planned = Vec::new();
    for one in &input.gateway.gateways {
        if holding(one, input, off, faults) {
            let options = one.record.map_or(RouteOptions::NONE, |record| record.options);
            faults.extend(switched_off(input, middleware, &options, &one.name, &one.place));
            planned.extend(gateway(one, &upstreams, middleware, graph, faults));
        }
    }
    faults.extend(clashes(&planned, routes));
    Gateways { upstreams, gateways: planned }
}

fn holding(one: &ConfiguredGateway, input: &Input<'_>, off: &mut Vec<Off>, faults: &mut Vec<Fault>) -> bool {
    let Some(record) = one.record else { return true };
    let what = || format!("gateway `{}`", one.name);
    let mut all = record.options.when.iter();
    all.all(|when| holds(Some(when), what, record.origin, input.config, off, faults))
}

/// Two items with one key: their attributes would be one section.
fn repeated(input: &Input<'_>) -> Vec<Fault> {
    let upstreams =
        input.records.upstreams.iter().map(|one| ("upstream", (one.key)().name(), one.type_name, one.origin));
    let gateways = input.records.gateways.iter().map(|one| ("gateway", one.key, one.item, one.origin));
    let mut all: Vec<(&str, &str, &str, Origin)> = upstreams.chain(gateways).collect();
    all.sort_by_key(|(section, key, _, origin)| (*section, *key, *origin));
    let twice = all.windows(2).filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
    twice
        .map(|pair| {
            let (section, key, ..) = pair[0];
            Fault::new(format!("two items are configured by `[{section}.{key}]`"))
                .at(pair[0].3, format!("`{}`", pair[0].2))
                .at(pair[1].3, format!("`{}`", pair[1].2))
                .why("the key is the item's name, and their attributes would overwrite each other")
                .help(format!("rename one of them, or give it a key of its own: `name = \"{key}_two\"`"))
        })
        .collect()
}

fn upstreams(input: &Input<'_>, graph: &Graph, faults: &mut Vec<Fault>) -> Vec<Option<ConfiguredUpstream>> {
    let mut upstreams: Vec<Option<ConfiguredUpstream>> = Vec::new();
    let (declared, configured): (Vec<_>, Vec<_>) =
        input.gateway.upstreams.iter().cloned().partition(|one| one.record.is_some());
    for one in declared {
        let index = one.record.map_or(0, |record| (record.key)().index());
        if upstreams.len() <= index {
            upstreams.resize_with(index + 1, || None);
        }
        if let Some(record) = one.record {
            faults.extend(unsatisfied_by(graph, record.type_name, record.origin, record.dependencies));
        }
        upstreams[index] = Some(one);
    }
    upstreams.extend(configured.into_iter().map(Some));
    for one in upstreams.iter().flatten() {
        faults.extend(one.settings.faults(&one.name, &one.place, one.record));
    }
    upstreams
}

fn gateway(
    one: &ConfiguredGateway,
    upstreams: &[Option<ConfiguredUpstream>],
    middleware: &[Ranked],
    graph: &Graph,
    faults: &mut Vec<Fault>,
) -> Option<PlannedGateway> {
    let (path, shape) = match (&one.settings.path, one.record) {
        (Some(path), None) => (path.clone(), Shape::Prefix),
        (_, Some(record)) => (record.path.to_owned(), record.shape),
        (None, None) => {
            faults.push(lacking(one, "path", "\"/legacy\""));
            return None;
        }
    };
    for (name, _) in one.settings.split.to.iter().chain(&one.settings.mirror.to) {
        named(one, name, upstreams, faults);
    }
    let upstream = upstream(one, upstreams, faults);
    let options = one.record.map_or(RouteOptions::NONE, |record| record.options);
    let templates = parsed(one, &path, shape, faults)?;
    let methods = taken(one, faults);
    let captures: Vec<&str> = templates.last().into_iter().flat_map(Template::captures).collect();
    faults.extend(
        settings_faults(&one.settings, &captures)
            .into_iter()
            .map(|what| Fault::new(format!("the gateway `{}` cannot be made: {what}", one.name)).at(&one.place, "")),
    );
    let chain = chain(&options, methods.as_deref(), &templates, middleware);
    let dependencies = one.record.map_or(&[][..], |record| record.dependencies);
    if let Some(record) = one.record {
        faults.extend(unsatisfied_by(graph, record.item, record.origin, dependencies));
    }
    let chained = chain.iter().flat_map(|link| middleware[link.middleware].record.dependencies);
    let seen = graph.any_request_bound(dependencies.iter().chain(chained));
    Some(PlannedGateway {
        name: one.name.clone(),
        path,
        shape,
        templates,
        methods,
        upstream: upstream?,
        settings: one.settings.clone(),
        record: one.record,
        options,
        chain,
        uses_scope: seen || (options.foreign && graph.has_request_scope()),
        place: one.place.clone(),
    })
}

fn lacking(one: &ConfiguredGateway, key: &str, example: &str) -> Fault {
    let name = &one.name;
    Fault::new(format!("`[gateway.{name}]` has no `{key}`"))
        .at(&one.place, "")
        .why("no `#[gateway]` of this name is part of the program, so the section has to say everything")
        .help(format!("write `{key} = {example}` below it, or correct its name"))
}

/// The position of the upstream that the record or the section names.
fn upstream(
    one: &ConfiguredGateway,
    upstreams: &[Option<ConfiguredUpstream>],
    faults: &mut Vec<Fault>,
) -> Option<usize> {
    if let (None, Some(record)) = (&one.settings.upstream, one.record) {
        return Some((record.upstream)().index());
    }
    let Some(wanted) = &one.settings.upstream else {
        faults.push(lacking(one, "upstream", "\"legacy\""));
        return None;
    };
    named(one, wanted, upstreams, faults)
}

/// The position of an upstream by its name.
fn named(
    one: &ConfiguredGateway,
    wanted: &str,
    upstreams: &[Option<ConfiguredUpstream>],
    faults: &mut Vec<Fault>,
) -> Option<usize> {
    let names = || upstreams.iter().flatten().map(|upstream| upstream.name.as_str());
    let found = upstreams.iter().position(|upstream| upstream.as_ref().is_some_and(|one| one.name == wanted));
    if found.is_none() {
        let help = match nearest(wanted, names()) {
            Some(near) => format!("write `{near}`"),
            None => format!("add a section `[upstream.{wanted}]` with `targets = [\"http://10.0.0.1:8080\"]`"),
        };
        faults.push(
            Fault::new(format!("`[gateway.{}]` leads to the upstream `{wanted}`, which does not exist", one.name))
                .at(&one.place, "")
                .help(help),
        );
    }
    found
}

fn parsed(one: &ConfiguredGateway, path: &str, shape: Shape, faults: &mut Vec<Fault>) -> Option<Vec<Template>> {
    let mut parsed = Vec::new();
    for text in templates(path, shape) {
        match Template::parse(&text) {
            Ok(template) => parsed.push(template),
            Err(error) => {
                faults.push(
                    Fault::new(format!("`{path}` is no path: {error}")).at(&one.place, format!("`{}`", one.name)),
                );
                return None;
            }
        }
    }
    Some(parsed)
}

/// The methods of the section; nothing for all of them.
fn taken(one: &ConfiguredGateway, faults: &mut Vec<Fault>) -> Option<Vec<Method>> {
    let mut taken = Vec::new();
    for text in &one.settings.methods {
        match Method::from_bytes(text.as_bytes()) {
            Ok(method) if text.bytes().all(|byte| !byte.is_ascii_lowercase()) => taken.push(method),
            _ => faults.push(
                Fault::new(format!("`{text}` is no method"))
                    .at(&one.place, format!("`methods` of the gateway `{}`", one.name))
                    .why("methods are written in capitals, and `get` is another method than `GET` (RFC 9110, section 9.1)")
                    .help("write `methods = [\"GET\", \"POST\"]`"),
            ),
        }
    }
    if taken.contains(&Method::GET) && !taken.contains(&Method::HEAD) {
        taken.push(Method::HEAD);
    }
    (!one.settings.methods.is_empty()).then_some(taken)
}

/// The middleware around a gateway: what looks at some of its paths looks at each request.
fn chain(
    options: &RouteOptions,
    methods: Option<&[Method]>,
    templates: &[Template],
    middleware: &[Ranked],
) -> Vec<PlannedLink> {
    let link = |(index, one): (usize, &Ranked)| {
        let found: Vec<Option<bool>> = templates.iter().map(|path| applies(options, methods, path, one)).collect();
        let checked = !found.iter().all(|applies| *applies == Some(false));
        found.iter().any(Option::is_some).then_some(PlannedLink { middleware: index, checked })
    };
    middleware.iter().enumerate().filter_map(link).collect()
}

/// Gateways at one place that take the same method, and a gateway that lists a method which a handler of the very path has.
fn clashes(planned: &[PlannedGateway], routes: &[PlannedRoute]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, one) in planned.iter().enumerate() {
        for other in planned[..index].iter().filter(|other| other.place_in_table() == one.place_in_table()) {
            if let Some(method) = common(one.methods.as_deref(), other.methods.as_deref()) {
                faults.push(clash(one, &method, &other.name, &other.place));
            }
        }
        let listed = one.methods.iter().flatten();
        for method in listed {
            let same = |route: &&PlannedRoute| {
                route.template.normalised() == one.place_in_table() && methods(&route.record).contains(method)
            };
            if let Some(route) = routes.iter().find(same) {
                faults.push(clash(one, method.as_str(), route.record.handler, &route.record.origin.to_string()));
            }
        }
    }
    faults
}

/// A method that both take.
fn common(one: Option<&[Method]>, other: Option<&[Method]>) -> Option<String> {
    match (one, other) {
        (None, None) => Some("every method".to_owned()),
        (Some(some), None) | (None, Some(some)) => some.first().map(ToString::to_string),
        (Some(one), Some(other)) => one.iter().find(|method| other.contains(method)).map(ToString::to_string),
    }
}

fn clash(one: &PlannedGateway, method: &str, other: &str, place: &str) -> Fault {
    Fault::new(format!("the gateway `{}` and `{other}` both serve `{method} {}`", one.name, one.path))
        .at(&one.place, format!("`{}`", one.name))
        .at(place, format!("`{other}`"))
        .why("neither is more specific, so a request would fit both")
        .help("change one path, or give the gateway the methods that are its own: `methods = [\"POST\"]`")
}

impl PlannedGateway {
    /// What it is compared by: the prefix itself, or the template without names.
    fn place_in_table(&self) -> String {
        self.templates[0].normalised()
    }
}
