//! The texts of `check`, `routes`, `graph` and of a start: all from the plan, nothing is found out here.

use std::fmt::Write;
use std::time::Duration;

use super::assemble::Assembled;
use super::plan::{Plan, PlannedRoute};
use super::server::Address;
use crate::inject::Ask;

/// Counts of everything, and with `verbose` what is switched off.
pub(crate) fn check(plan: &Plan, verbose: bool) -> String {
    let mut text = format!("ok: {}\n", counts(plan));
    for one in &plan.crates {
        let _ = writeln!(text, "  {}: {} record(s)", one.name, one.records);
    }
    if verbose {
        for off in &plan.off {
            let _ = writeln!(text, "  off: {} at {}, since `{}` does not hold", off.what, off.origin, off.when);
        }
    } else if !plan.off.is_empty() {
        let _ = writeln!(text, "  {} item(s) are switched off; `check -v` lists them", plan.off.len());
    }
    text
}

fn counts(plan: &Plan) -> String {
    let (routes, providers, middleware) = (plan.routes.len(), plan.graph.nodes.len(), plan.middleware.len());
    format!("{routes} route(s), {providers} provider(s), {middleware} middleware")
}

/// Every route, by path and method.
pub(crate) fn routes(plan: &Plan, verbose: bool) -> String {
    let mut routes: Vec<&PlannedRoute> = plan.routes.iter().collect();
    routes.sort_by_key(|route| (route.record.path.clone(), route.record.methods));
    let methods = |route: &PlannedRoute| route.record.methods.join(",");
    let width = |texts: Vec<usize>| texts.into_iter().max().unwrap_or(0);
    let wide_method = width(routes.iter().map(|route| methods(route).len()).collect());
    let wide_path = width(routes.iter().map(|route| route.record.path.len()).collect());
    let mut text = String::new();
    for route in routes {
        let record = &route.record;
        let guard = guard(route);
        let _ = write!(text, "{:wide_method$}  {:wide_path$}{guard}", methods(route), record.path);
        if !verbose {
            text.truncate(text.trim_end().len());
            text.push('\n');
            continue;
        }
        let _ = writeln!(text, "  {}  {}  {}", record.handler, record.origin, record.origin.krate);
        let _ = writeln!(text, "{:wide_method$}  {}", "", chain(plan, route));
    }
    text
}

fn guard(route: &PlannedRoute) -> String {
    let accept = route.record.options.accept.map(|media| format!("  (accepts {media})"));
    let header = route.record.options.header.map(|(name, value)| format!("  ({name}: {value})"));
    format!("{}{}", accept.unwrap_or_default(), header.unwrap_or_default())
}

/// The names from the outermost to the innermost; `?` marks one that looks at each request.
fn chain(plan: &Plan, route: &PlannedRoute) -> String {
    let middleware = route.chain.iter().map(|link| {
        let name = plan.middleware[link.middleware].record.name;
        if link.checked { format!("{name}?") } else { name.to_owned() }
    });
    let layers = plan.layers.iter().rev().map(|name| short(name).to_owned());
    let names: Vec<String> = layers.chain(middleware).collect();
    if names.is_empty() { "no middleware".to_owned() } else { names.join(" -> ") }
}

/// The name of a type without its path and parameters, which fill lines where closures are among them.
fn short(name: &str) -> &str {
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// What is provided, each with what it needs below it.
pub(crate) fn graph(plan: &Plan) -> String {
    let nodes = &plan.graph.nodes;
    let needed: Vec<usize> = nodes.iter().flat_map(|node| node.needs.iter().map(|edge| edge.node)).collect();
    let mut text = String::new();
    for root in (0..nodes.len()).filter(|node| !needed.contains(node)) {
        branch(plan, root, "", "", &mut text);
    }
    if text.is_empty() { "nothing is provided\n".to_owned() } else { text }
}

fn branch(plan: &Plan, node: usize, lead: &str, ask: &str, text: &mut String) {
    let record = plan.graph.nodes[node].record;
    let _ = writeln!(text, "{lead}{}{ask}  {}  {}", record.name, record.scope, record.origin);
    let below = format!("{}  ", lead.replace("- ", "  "));
    for edge in &plan.graph.nodes[node].needs {
        let ask = match edge.ask {
            Ask::Inject | Ask::Config => "",
            Ask::Lazy => " (lazy)",
            Ask::Factory => " (factory)",
            Ask::All => " (all)",
        };
        branch(plan, edge.node, &format!("{below}- "), ask, text);
    }
}

/// The same as a flowchart of Mermaid.
pub(crate) fn mermaid(plan: &Plan) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for (index, node) in plan.graph.nodes.iter().enumerate() {
        let _ = writeln!(text, "  n{index}[\"{} ({})\"]", node.record.name.replace('"', "'"), node.record.scope);
        for edge in &node.needs {
            let _ = writeln!(text, "  n{index} --> n{}", edge.node);
        }
    }
    text
}

/// What a service says when it listens.
pub(crate) struct Started {
    addresses: Vec<String>,
    counts: String,
    crates: Vec<(String, usize)>,
    order: Vec<&'static str>,
    providers: Vec<(&'static str, Duration)>,
    off: usize,
}

pub(crate) fn started(assembled: &Assembled, addresses: &[Address]) -> Started {
    let plan = &assembled.plan;
    Started {
        addresses: addresses.iter().map(url).collect(),
        counts: counts(plan),
        crates: plan.crates.iter().map(|one| (one.name.clone(), one.records)).collect(),
        order: plan.middleware.iter().map(|one| one.record.name).collect(),
        providers: assembled.built.iter().map(|built| (built.name, built.took)).collect(),
        off: plan.off.len(),
    }
}

fn url(address: &Address) -> String {
    match address {
        Address::Tcp(address) => format!("http://{address}"),
        Address::Unix(_) => address.to_string(),
    }
}

impl Started {
    pub(crate) fn for_people(&self) -> String {
        let mut text = String::new();
        for (name, records) in &self.crates {
            let _ = writeln!(text, "  {name}: {records} record(s)");
        }
        for (name, took) in &self.providers {
            let _ = writeln!(text, "  built {name} in {took:.1?}");
        }
        if !self.order.is_empty() {
            let _ = writeln!(text, "  middleware: {}", self.order.join(" -> "));
        }
        if self.off > 0 {
            let _ = writeln!(text, "  {} item(s) are switched off; `check -v` lists them", self.off);
        }
        let _ = writeln!(text, "{}; listening on {}", self.counts, self.addresses.join(", "));
        text
    }

    pub(crate) fn for_machines(&self) -> String {
        let providers: Vec<serde_json::Value> = self
            .providers
            .iter()
            .map(|(name, took)| serde_json::json!({ "name": name, "seconds": took.as_secs_f64() }))
            .collect();
        let crates: serde_json::Map<String, serde_json::Value> =
            self.crates.iter().map(|(name, records)| (name.clone(), (*records).into())).collect();
        let report = serde_json::json!({
            "event": "listening",
            "addresses": self.addresses,
            "summary": self.counts,
            "crates": crates,
            "middleware": self.order,
            "providers": providers,
            "off": self.off,
        });
        format!("{report}\n")
    }
}
