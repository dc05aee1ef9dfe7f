//! From planned gateways to the frozen ones: the states of upstreams, and what stands in the table of routes.

use std::sync::Arc;

use super::plan::{Gateways, PlannedGateway};
use crate::fault::Fault;
use crate::gateway::{GatewayRoute, Hub, Site};

/// The upstreams of an application and its gateways, in the order of the plan.
pub(crate) struct Forwarding {
    pub(crate) hub: Arc<Hub>,
    pub(crate) routes: Vec<Arc<GatewayRoute>>,
}

impl Forwarding {
    /// Makes the states; nothing is dialled yet.
    ///
    /// # Errors
    /// What the plan could not see: a certificate that cannot be read.
    pub(crate) fn new(planned: &Gateways) -> Result<Self, Fault> {
        let hub = Arc::new(Hub::new(&planned.upstreams)?);
        let route = |one: &PlannedGateway| {
            let captures: Vec<&str> = one.templates.last().into_iter().flat_map(|path| path.captures()).collect();
            let site = Site { name: &one.name, path: &one.path, shape: one.shape, captures, place: &one.place };
            GatewayRoute::new(&site, &one.settings, hub.of(one.upstream)).map(Arc::new)
        };
        let routes = planned.gateways.iter().map(route).collect::<Result<_, _>>()?;
        Ok(Self { hub, routes })
    }
}
