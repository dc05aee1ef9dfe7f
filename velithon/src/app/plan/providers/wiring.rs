//! What the container is made from: the providers in the order of building, and the collections.

use std::collections::BTreeMap;

use super::super::Input;
use super::graph::Graph;
use super::slots::Satisfied;
use crate::inject::{Ask, Collected, Dependency, Key, Object, Scope, Wired, Wiring};

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

pub(super) fn wiring(input: &Input<'_>, graph: &Graph, order: &[usize], given: Vec<(&'static Key, Object)>) -> Wiring {
    let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(place, &node)| (node, place)).collect();
    let routes = input.records.routes.iter().copied().chain(&input.additions.routes);
    let middleware = input.records.middleware.iter().flat_map(|record| record.dependencies);
    let gateways = forwarding(input);
    let outside = graph.reached(routes.flat_map(|record| record.dependencies).chain(middleware).chain(gateways));
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
