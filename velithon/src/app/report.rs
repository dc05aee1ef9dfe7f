//! The texts of `check`, `routes`, `graph` and of a start: all from the plan, nothing is found out here.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use super::assemble::Assembled;
use super::plan::{Plan, PlannedLink, PlannedRoute};
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
    let routes = plan.routes.len();
    #[cfg(feature = "gateway")]
    let routes = routes + plan.gateways.gateways.len();
    let (providers, middleware) = (plan.graph.nodes.len(), plan.middleware.len());
    format!("{routes} route(s), {providers} provider(s), {middleware} middleware")
}

/// One line of the routes, with what `verbose` adds.
struct Row {
    path: String,
    methods: String,
    /// What else a request must have, or where it goes.
    note: String,
    handler: String,
    chain: String,
}

/// Every route, by path and method.
pub(crate) fn routes(plan: &Plan, verbose: bool) -> String {
    let mut rows: Vec<Row> = plan.routes.iter().map(|route| row(plan, route)).collect();
    #[cfg(feature = "gateway")]
    rows.extend(plan.gateways.gateways.iter().map(|one| gateway_row(plan, one)));
    rows.sort_by(|one, other| (&one.path, &one.methods).cmp(&(&other.path, &other.methods)));
    let wide_method = rows.iter().map(|row| row.methods.len()).max().unwrap_or(0);
    let wide_path = rows.iter().map(|row| row.path.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let line = format!("{:wide_method$}  {:wide_path$}{}", row.methods, row.path, row.note);
        if verbose {
            let _ = writeln!(text, "{line}  {}", row.handler);
            let _ = writeln!(text, "{:wide_method$}  {}", "", row.chain);
        } else {
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

fn row(plan: &Plan, route: &PlannedRoute) -> Row {
    let record = &route.record;
    Row {
        path: record.path.to_string(),
        methods: record.methods.join(","),
        note: guard(route),
        handler: format!("{}  {}  {}", record.handler, record.origin, record.origin.krate),
        chain: chain(plan, &route.chain),
    }
}

/// A gateway: `*` for every method, the path with what lies below it, and the upstream.
#[cfg(feature = "gateway")]
fn gateway_row(plan: &Plan, one: &super::plan::PlannedGateway) -> Row {
    let methods = one.methods.as_ref().map(|methods| methods.iter().map(http::Method::as_str).collect::<Vec<_>>());
    let path = one.templates.last().map_or(one.path.as_str(), crate::route::Template::as_str);
    let upstream = plan.gateways.upstreams.get(one.upstream).and_then(Option::as_ref);
    Row {
        path: path.to_owned(),
        methods: methods.map_or_else(|| "*".to_owned(), |methods| methods.join(",")),
        note: format!("  -> {}", upstream.map_or("", |upstream| upstream.name.as_str())),
        handler: format!("{}  {}", one.name, one.place),
        chain: chain(plan, &one.chain),
    }
}

fn guard(route: &PlannedRoute) -> String {
    let accept = route.record.options.accept.map(|media| format!("  (accepts {media})"));
    let header = route.record.options.header.map(|(name, value)| format!("  ({name}: {value})"));
    format!("{}{}", accept.unwrap_or_default(), header.unwrap_or_default())
}

/// The names from the outermost to the innermost; `?` marks one that looks at each request.
fn chain(plan: &Plan, links: &[PlannedLink]) -> String {
    let middleware = links.iter().map(|link| {
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

/// What is provided, each with what it needs below it: in full where it comes first, and `(above)` from then on.
pub(crate) fn graph(plan: &Plan) -> String {
    let nodes = &plan.graph.nodes;
    let needed: BTreeSet<usize> = nodes.iter().flat_map(|node| node.needs.iter().map(|edge| edge.node)).collect();
    let mut drawing = Drawing { plan, drawn: BTreeSet::new(), text: String::new() };
    for root in (0..nodes.len()).filter(|node| !needed.contains(node)) {
        drawing.branch(root, "", "");
    }
    if drawing.text.is_empty() { "nothing is provided\n".to_owned() } else { drawing.text }
}

/// A tree of what is no tree: drawn as one, what many need would be there as often as there are ways to it.
struct Drawing<'p> {
    plan: &'p Plan,
    drawn: BTreeSet<usize>,
    text: String,
}

impl Drawing<'_> {
    fn branch(&mut self, index: usize, lead: &str, ask: &str) {
        let node = &self.plan.graph.nodes[index];
        let again = !self.drawn.insert(index) && !node.needs.is_empty();
        let (record, above) = (node.record, if again { "  (above)" } else { "" });
        let _ = writeln!(self.text, "{lead}{}{ask}  {}  {}{above}", record.name, record.scope, record.origin);
        if again {
            return;
        }
        let below = format!("{}  ", lead.replace("- ", "  "));
        for edge in &node.needs {
            self.branch(edge.node, &format!("{below}- "), asked(edge.ask));
        }
    }
}

fn asked(ask: Ask) -> &'static str {
    match ask {
        Ask::Inject | Ask::Config => "",
        Ask::Lazy => " (lazy)",
        Ask::Factory => " (factory)",
        Ask::All => " (all)",
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
