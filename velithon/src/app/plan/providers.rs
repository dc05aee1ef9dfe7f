//! Which providers exist, which of several a slot takes, and in which order they can be built.

use std::collections::{BTreeMap, BTreeSet};

use super::{Input, Off, holds};
use crate::fault::Fault;
use crate::inject::{Ask, Collected, Dependency, Key, Object, ProviderRecord, Scope, SlotRecord, Wired, Wiring};
use crate::record::Origin;

/// The providers of an application, and who needs whom.
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    by_key: BTreeMap<usize, Satisfied>,
}

/// One provider that holds.
pub(crate) struct Node {
    pub(crate) record: &'static ProviderRecord,
    pub(crate) needs: Vec<Edge>,
    /// Whether it, or what a transient of it holds, belongs to one request.
    request_bound: bool,
}

/// One dependency, by the provider that satisfies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) node: usize,
    pub(crate) ask: Ask,
}

/// What stands behind a key.
#[derive(Debug, Clone)]
enum Satisfied {
    /// Configuration, or a value that was given by hand.
    Given,
    By(usize),
    Collection(Vec<usize>),
    /// A slot whose fault is told: those who need it are not to blame.
    Faulty,
}

pub(super) struct Providers {
    pub(super) wiring: Wiring,
    pub(super) graph: Graph,
}

pub(super) fn plan(input: &Input<'_>, off: &mut Vec<Off>, faults: &mut Vec<Fault>) -> Providers {
    let given = given(input);
    let holding = holding(input, &given, off, faults);
    let by_key = satisfy(input, &given, &holding, faults);
    let mut graph = Graph::new(holding, by_key, faults);
    let order = match graph.order() {
        Ok(order) => order,
        Err(cycle) => {
            faults.push(graph.cycle(&cycle));
            Vec::new()
        }
    };
    graph.bind_to_requests(&order);
    faults.extend(graph.captives());
    let wiring = wiring(input, &graph, &order, given);
    Providers { wiring, graph }
}

/// Configuration sections and the values of `main`, all read before any provider is built.
fn given(input: &Input<'_>) -> Vec<(&'static Key, Object)> {
    let sections = input.config.objects().map(|(key, object)| (key, Object::clone(object)));
    sections.chain(input.additions.given.iter().cloned()).collect()
}

/// The providers whose condition holds and whom no given value replaces.
///
/// One that is replaced under its own name, and not under the trait it stands for, stays: the value that was given is
/// then found by the trait too.
fn holding(
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
    asks_for(input, (record.key)())
}

/// Whether anything asks for this key.
pub(super) fn asks_for(input: &Input<'_>, key: &'static Key) -> bool {
    let providers = input.records.providers.iter().flat_map(|other| other.dependencies);
    providers.chain(from_outside(input)).any(|dependency| (dependency.key)() == Some(key))
}

/// What is asked for by those who are no providers.
fn from_outside<'a>(input: &'a Input<'_>) -> impl Iterator<Item = &'a Dependency> {
    let routes = input.records.routes.iter().copied().chain(&input.additions.routes);
    let middleware = input.records.middleware.iter().flat_map(|record| record.dependencies);
    let all = routes.flat_map(|record| record.dependencies).chain(middleware).chain(forwarding(input));
    #[cfg(feature = "tasks")]
    let all = all.chain(input.records.tasks.iter().flat_map(|record| record.dependencies));
    all
}

/// Finds what stands behind each key; slots with none or several bindings are faults.
fn satisfy(
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

impl Graph {
    fn new(holding: Vec<&'static ProviderRecord>, by_key: BTreeMap<usize, Satisfied>, faults: &mut Vec<Fault>) -> Self {
        let mut graph = Self { nodes: Vec::new(), by_key };
        for record in holding {
            let mut needs = Vec::new();
            let given = matches!(graph.by_key.get(&(record.key)().index()), Some(Satisfied::Given));
            let dependencies = if given { &[] } else { record.dependencies };
            for dependency in dependencies {
                match graph.edges(dependency) {
                    Some(edges) => needs.extend(edges),
                    None => faults.extend(unsatisfied(record.name, record.origin, dependency)),
                }
            }
            graph.nodes.push(Node { record, needs, request_bound: !given && record.scope == Scope::Request });
        }
        graph
    }

    /// The providers behind a dependency; nothing when there is none.
    fn edges(&self, dependency: &Dependency) -> Option<Vec<Edge>> {
        let key = (dependency.key)()?;
        let edge = |&node: &usize| Edge { node, ask: dependency.ask };
        match self.by_key.get(&key.index())? {
            Satisfied::Given | Satisfied::Faulty => Some(Vec::new()),
            Satisfied::By(node) => Some(vec![edge(node)]),
            Satisfied::Collection(nodes) => Some(nodes.iter().map(edge).collect()),
        }
    }

    /// The providers a list of dependencies leads to, directly.
    pub(crate) fn reached<'d>(&self, dependencies: impl IntoIterator<Item = &'d Dependency>) -> Vec<Edge> {
        dependencies.into_iter().filter_map(|dependency| self.edges(dependency)).flatten().collect()
    }

    /// Whether any of these may make a request build a value of its own.
    pub(crate) fn any_request_bound<'d>(&self, dependencies: impl IntoIterator<Item = &'d Dependency>) -> bool {
        self.reached(dependencies).iter().any(|edge| self.nodes[edge.node].request_bound)
    }

    /// Whether a provider, or what a transient of it holds, belongs to one request.
    #[cfg(feature = "tasks")]
    pub(super) fn is_request_bound(&self, node: usize) -> bool {
        self.nodes[node].request_bound
    }

    pub(crate) fn has_request_scope(&self) -> bool {
        self.nodes.iter().any(|node| node.record.scope == Scope::Request)
    }

    /// Positions such that each stands after what it needs; a cycle is the error.
    fn order(&self) -> Result<Vec<usize>, Vec<usize>> {
        let mut order = Vec::new();
        let mut done = vec![false; self.nodes.len()];
        for node in 0..self.nodes.len() {
            self.visit(node, &mut Vec::new(), &mut done, &mut order)?;
        }
        Ok(order)
    }

    fn visit(
        &self,
        node: usize,
        path: &mut Vec<usize>,
        done: &mut [bool],
        order: &mut Vec<usize>,
    ) -> Result<(), Vec<usize>> {
        if done[node] {
            return Ok(());
        }
        if let Some(begin) = path.iter().position(|&earlier| earlier == node) {
            return Err(path[begin..].to_vec());
        }
        path.push(node);
        for edge in &self.nodes[node].needs {
            self.visit(edge.node, path, done, order)?;
        }
        path.pop();
        done[node] = true;
        order.push(node);
        Ok(())
    }

    fn cycle(&self, cycle: &[usize]) -> Fault {
        let mut names: Vec<&str> = cycle.iter().map(|&node| self.nodes[node].record.name).collect();
        names.extend(names.first().copied());
        let fault = Fault::new(format!("providers need each other in a circle: {}", names.join(" -> ")));
        cycle
            .iter()
            .fold(fault, |fault, &node| fault.at(self.nodes[node].record.origin, self.nodes[node].record.name))
            .why("none of them can be built first")
            .help("move what both need into a provider of its own")
    }

    /// A transient that holds a value of a request is as short-lived as that value.
    fn bind_to_requests(&mut self, order: &[usize]) {
        for &node in order {
            let holds = self.nodes[node].needs.iter().any(|edge| self.nodes[edge.node].request_bound);
            if self.nodes[node].record.scope == Scope::Transient && holds {
                self.nodes[node].request_bound = true;
            }
        }
    }

    /// Singletons that would keep a value of one request: the compiler finds these, except through a slot.
    fn captives(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for node in self.nodes.iter().filter(|node| node.record.scope == Scope::Singleton) {
            for held in node.needs.iter().map(|edge| &self.nodes[edge.node]).filter(|held| held.request_bound) {
                let (keeper, kept) = (node.record, held.record);
                faults.push(
                    Fault::new(format!(
                        "the singleton `{}` cannot hold the request-scoped `{}`",
                        keeper.name, kept.name
                    ))
                    .at(keeper.origin, format!("`{}` lives as long as the application", keeper.name))
                    .at(kept.origin, format!("`{}` lives as long as one request", kept.name))
                    .why("it would keep the value of the first request for all that follow")
                    .help(format!(
                        "mark `{}` with `#[inject(request)]`, or pass the value as an argument",
                        keeper.name
                    )),
                );
            }
        }
        faults
    }

    /// Who needs `node`, from a provider that nobody needs down to it.
    fn chain(&self, node: usize) -> Vec<String> {
        let mut chain = vec![node];
        let mut seen = BTreeSet::from([node]);
        let needs = |other: usize, last: usize| self.nodes[other].needs.iter().any(|edge| edge.node == last);
        while let Some(next) = (0..self.nodes.len())
            .find(|&other| !seen.contains(&other) && chain.last().is_some_and(|&last| needs(other, last)))
        {
            seen.insert(next);
            chain.push(next);
        }
        chain.into_iter().rev().map(|node| self.nodes[node].record.name.to_owned()).collect()
    }
}

/// The fault of a dependency whose only provider is switched off.
fn unsatisfied(name: &str, origin: Origin, dependency: &Dependency) -> Option<Fault> {
    let key = (dependency.key)()?;
    Some(
        Fault::new(format!("nothing provides `{}` for `{name}` in this configuration", key.name()))
            .at(origin, format!("`{name}` asks for it"))
            .why("its provider has a `when` that does not hold, or it is a slot without a binding")
            .help(format!("set the configuration so that a provider of `{}` holds, or add one", key.name())),
    )
}

/// Faults of handlers and middleware that ask for what nothing provides.
pub(super) fn unsatisfied_by(graph: &Graph, name: &str, origin: Origin, dependencies: &[Dependency]) -> Vec<Fault> {
    dependencies
        .iter()
        .filter(|dependency| (dependency.key)().is_some() && graph.edges(dependency).is_none())
        .filter_map(|dependency| unsatisfied(name, origin, dependency))
        .collect()
}

/// What upstreams and gateways ask for.
#[cfg(feature = "gateway")]
fn forwarding<'a>(input: &Input<'a>) -> impl Iterator<Item = &'a Dependency> + use<'a> {
    let upstreams = input.records.upstreams.iter().flat_map(|record| record.dependencies);
    upstreams.chain(input.records.gateways.iter().flat_map(|record| record.dependencies))
}

/// Nothing without gateways.
#[cfg(not(feature = "gateway"))]
fn forwarding<'a>(_: &Input<'a>) -> impl Iterator<Item = &'a Dependency> + use<'a> {
    std::iter::empty()
}

fn wiring(input: &Input<'_>, graph: &Graph, order: &[usize], given: Vec<(&'static Key, Object)>) -> Wiring {
    let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(place, &node)| (node, place)).collect();
    let outside = graph.reached(from_outside(input));
    let lazily_only = |node: usize| {
        let asks = graph.nodes.iter().flat_map(|other| &other.needs).chain(&outside);
        let asks: Vec<Ask> = asks.filter(|edge| edge.node == node).map(|edge| edge.ask).collect();
        !asks.is_empty() && asks.iter().all(|ask| *ask == Ask::Lazy)
    };
    let providers = order
        .iter()
        .map(|&node| Wired {
            record: graph.nodes[node].record,
            after: graph.nodes[node].needs.iter().filter_map(|edge| place.get(&edge.node).copied()).collect(),
            eager: graph.nodes[node].record.scope == Scope::Singleton && !lazily_only(node),
            chain: graph.chain(node),
        })
        .collect();
    let mut collections: Vec<Collected> = input
        .records
        .slots
        .iter()
        .filter_map(|slot| {
            let collect = slot.collect?;
            let Some(Satisfied::Collection(nodes)) = graph.by_key.get(&(slot.key)().index()) else { return None };
            let members = nodes.iter().filter_map(|node| place.get(node).copied()).collect();
            Some(Collected { key: (slot.key)(), collect, members })
        })
        .collect();
    collections.sort_by_key(|one| one.key.index());
    Wiring { keys: input.records.keys, providers, collections, given }
}
