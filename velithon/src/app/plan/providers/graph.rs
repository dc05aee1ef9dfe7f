//! Who needs whom, and what the answers forbid.

use std::collections::BTreeMap;

use super::slots::Satisfied;
use crate::fault::Fault;
use crate::inject::{Ask, Dependency, ProviderRecord, Scope};
use crate::record::Origin;

/// The providers of an application, and who needs whom.
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(super) by_key: BTreeMap<usize, Satisfied>,
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

impl Graph {
    pub(super) fn new(
        holding: Vec<&'static ProviderRecord>,
        by_key: BTreeMap<usize, Satisfied>,
        faults: &mut Vec<Fault>,
    ) -> Self {
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

    pub(crate) fn has_request_scope(&self) -> bool {
        self.nodes.iter().any(|node| node.record.scope == Scope::Request)
    }

    /// A transient that holds a value of a request is as short-lived as that value.
    pub(super) fn bind_to_requests(&mut self, order: &[usize]) {
        for &node in order {
            let holds = self.nodes[node].needs.iter().any(|edge| self.nodes[edge.node].request_bound);
            if self.nodes[node].record.scope == Scope::Transient && holds {
                self.nodes[node].request_bound = true;
            }
        }
    }

    /// Singletons that would keep a value of one request: the compiler finds these, except through a slot.
    pub(super) fn captives(&self) -> Vec<Fault> {
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
pub(in crate::app::plan) fn unsatisfied_by(
    graph: &Graph,
    name: &str,
    origin: Origin,
    dependencies: &[Dependency],
) -> Vec<Fault> {
    dependencies
        .iter()
        .filter(|dependency| (dependency.key)().is_some() && graph.edges(dependency).is_none())
        .filter_map(|dependency| unsatisfied(name, origin, dependency))
        .collect()
}
