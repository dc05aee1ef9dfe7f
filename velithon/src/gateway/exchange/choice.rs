//! The target of an attempt.

use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;

use super::journey::Journey;
use crate::gateway::balance::Head;
use crate::gateway::custom::{Balance, TargetInfo, Targets};
use crate::gateway::node::Node;
use crate::gateway::random;

impl Journey<'_> {
    /// The target of the next attempt: the same for a stale connection, else the balance's choice.
    #[inline]
    pub(super) fn choose(&self, again: Option<usize>) -> Option<(usize, Arc<Node>)> {
        let parts = &self.outbound.parts;
        let index = match again {
            Some(index) => index,
            None => match self.upstream.custom_balance() {
                Some(custom) => self.custom(custom, parts)?,
                None => {
                    let head = head_of(parts, self.outbound.client);
                    let balancer = &self.running.balancer;
                    balancer.pick(&self.running.set, &head, &self.tried, self.now, &mut random::of_thread())?
                }
            },
        };
        Some((index, Arc::clone(self.running.nodes.get(index)?)))
    }

    /// The choice of the service's own balance, among the targets that may be chosen.
    #[cold]
    fn custom(&self, custom: &dyn Balance, parts: &Parts) -> Option<usize> {
        let eligible = self.running.set.eligible(self.now);
        let untried = |index: &usize| !self.tried.has(*index);
        let mut indices: Vec<usize> = eligible.indices().filter(untried).collect();
        if indices.is_empty() {
            indices = eligible.indices().collect();
        }
        let infos: Vec<TargetInfo> =
            indices.iter().map(|index| TargetInfo { url: self.running.nodes[*index].spec().url() }).collect();
        let place = custom.pick(&Targets(&infos), parts)?;
        indices.get(place).copied()
    }
}

fn head_of(parts: &Parts, client: Option<IpAddr>) -> Head<'_> {
    Head { path: parts.uri.path(), query: parts.uri.query(), headers: &parts.headers, client }
}
