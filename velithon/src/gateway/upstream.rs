//! The state of one upstream, shared by every route that leads to it, and of each of its targets.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use arc_swap::ArcSwap;
use http::HeaderValue;
use http::uri::Authority;

use super::pool::{self, Pool, PoolLimits};
use super::settings::{ConfiguredUpstream, UpstreamSettings};
use super::target::TargetSpec;
use crate::fault::Fault;

/// One target with its connections, and everything about it that no request needs to compute.
pub(crate) struct Node {
    spec: TargetSpec,
    address: Option<IpAddr>,
    host: HeaderValue,
    authority: Authority,
    pool: Pool,
}

impl Node {
    fn new(spec: TargetSpec, limits: PoolLimits) -> Option<Self> {
        Some(Self {
            host: HeaderValue::from_str(&spec.authority).ok()?,
            authority: spec.authority.parse().ok()?,
            address: spec.address.or_else(|| pool::literal(&spec.host)),
            pool: Pool::new(limits),
            spec,
        })
    }

    pub(crate) fn spec(&self) -> &TargetSpec {
        &self.spec
    }

    /// The address that is dialled; nothing while a name is resolved by the connection itself.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// What `Host` says to it.
    #[inline]
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// What `:authority` says to it.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    #[inline]
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// Everything about an upstream that outlives a request.
#[derive(Debug)]
pub(crate) struct UpstreamState {
    name: Box<str>,
    settings: UpstreamSettings,
    nodes: ArcSwap<Vec<Arc<Node>>>,
    turn: AtomicUsize,
}

impl UpstreamState {
    pub(crate) fn new(name: &str, settings: UpstreamSettings) -> Self {
        let nodes = settings.targets.iter().cloned().filter_map(|spec| Node::new(spec, PoolLimits::default()));
        let nodes = ArcSwap::from_pointee(nodes.map(Arc::new).collect());
        Self { name: name.into(), nodes, turn: AtomicUsize::new(0), settings }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn settings(&self) -> &UpstreamSettings {
        &self.settings
    }

    pub(crate) fn pick(&self) -> Option<Arc<Node>> {
        let nodes = self.nodes.load();
        let turn = self.turn.fetch_add(1, Relaxed);
        (!nodes.is_empty()).then(|| Arc::clone(&nodes[turn % nodes.len()]))
    }
}

/// The upstreams of one application, by the numbers of their keys.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    upstreams: Box<[Option<Arc<UpstreamState>>]>,
}

impl Hub {
    /// Makes the state of every upstream; a place of the table stays empty where an application has not that upstream.
    ///
    /// # Errors
    /// What cannot be made of its settings.
    pub(crate) fn new(configured: &[Option<ConfiguredUpstream>]) -> Result<Self, Fault> {
        let state = |one: &ConfiguredUpstream| Arc::new(UpstreamState::new(&one.name, one.settings.clone()));
        Ok(Self { upstreams: configured.iter().map(|one| one.as_ref().map(state)).collect() })
    }

    /// The upstream at a position of the plan.
    pub(crate) fn of(&self, index: usize) -> Option<Arc<UpstreamState>> {
        self.upstreams.get(index).cloned().flatten()
    }
}
