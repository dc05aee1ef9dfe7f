//! Which providers exist, which of several a slot takes, and in which order they can be built.

mod graph;
mod holding;
mod order;
mod slots;
mod wiring;

use super::{Input, Off};
use crate::fault::Fault;
use crate::inject::Wiring;

pub(crate) use graph::Graph;
pub(super) use graph::unsatisfied_by;

pub(super) struct Providers {
    pub(super) wiring: Wiring,
    pub(super) graph: Graph,
}

pub(super) fn plan(input: &Input<'_>, off: &mut Vec<Off>, faults: &mut Vec<Fault>) -> Providers {
    let given = holding::given(input);
    let holding = holding::holding(input, &given, off, faults);
    let by_key = slots::satisfy(input, &given, &holding, faults);
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
    let wiring = wiring::wiring(input, &graph, &order, given);
    Providers { wiring, graph }
}
