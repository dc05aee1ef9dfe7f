//! In which order providers can be built, and through whom each is needed.

use std::collections::BTreeSet;

use super::graph::Graph;
use crate::fault::Fault;

impl Graph {
    /// Positions such that each stands after what it needs; a cycle is the error.
    pub(super) fn order(&self) -> Result<Vec<usize>, Vec<usize>> {
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

    pub(super) fn cycle(&self, cycle: &[usize]) -> Fault {
        let mut names: Vec<&str> = cycle.iter().map(|&node| self.nodes[node].record.name).collect();
        names.extend(names.first().copied());
        let fault = Fault::new(format!("providers need each other in a circle: {}", names.join(" -> ")));
        cycle
            .iter()
            .fold(fault, |fault, &node| fault.at(self.nodes[node].record.origin, self.nodes[node].record.name))
            .why("none of them can be built first")
            .help("move what both need into a provider of its own")
    }

    /// Who needs `node`, from a provider that nobody needs down to it.
    pub(super) fn chain(&self, node: usize) -> Vec<String> {
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
