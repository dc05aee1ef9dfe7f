//! From planned gateways to the frozen ones: the states of upstreams, and what stands in the table of routes.

use std::sync::Arc;

use super::plan::{Additions, Gateways, PlannedGateway};
use crate::fault::Fault;
use crate::gateway::{ConfiguredUpstream, GatewayHooks, GatewayRoute, Hub, Site, Slot};
use crate::inject::{Container, Resolver};
use crate::record::Records;
use crate::reply::Error;

/// The upstreams of an application and its gateways, in the order of the plan.
pub(crate) struct Forwarding {
    pub(crate) hub: Arc<Hub>,
    pub(crate) routes: Vec<Arc<GatewayRoute>>,
}

/// What `main` adds, and the clients of upstreams, which providers may ask for; one that was given by hand stays.
pub(super) fn with_clients(mut additions: Additions, records: &Records) -> Additions {
    for record in &records.upstreams {
        let key = (record.key)().client();
        if !additions.given.iter().any(|(given, _)| *given == key) {
            additions.given.push((key, Slot::new().object()));
        }
    }
    additions
}

impl Forwarding {
    /// Makes the states, and fills the clients that the container holds; nothing is dialled yet.
    ///
    /// # Errors
    /// What the plan could not see: a certificate that cannot be read.
    pub(crate) fn new(planned: &Gateways, container: &Container) -> Result<Self, Fault> {
        let hub = Arc::new(Hub::new(&planned.upstreams)?);
        for one in planned.upstreams.iter().flatten() {
            let Some(key) = one.record.map(|record| (record.key)()) else { continue };
            let slot = container.ready(key.client()).and_then(|object| object.downcast::<Slot>().ok());
            if let (Some(slot), Some(state)) = (slot, hub.by_key(key)) {
                slot.fill(Arc::clone(state));
            }
        }
        let route =
            |one: &PlannedGateway| GatewayRoute::new(&one.site(), &one.settings, one.upstream, &hub).map(Arc::new);
        let routes = planned.gateways.iter().map(route).collect::<Result<_, _>>()?;
        Ok(Self { hub, routes })
    }

    /// Builds what the service has of its own for its upstreams and gateways, out of the started container.
    ///
    /// # Errors
    /// What a provider failed with.
    pub(crate) async fn begin(&self, planned: &Gateways, container: &Arc<Container>) -> Result<(), Fault> {
        for one in planned.upstreams.iter().flatten() {
            let Some(make) = one.record.and_then(|record| record.hooks.balance) else { continue };
            let made = make(Resolver::new(container, None)).await.map_err(|error| unmade("balance", one, &error))?;
            self.hub.named(&one.name).into_iter().for_each(|state| state.set_custom_balance(Arc::clone(&made)));
        }
        for (one, route) in planned.gateways.iter().zip(&self.routes) {
            let Some(make) = one.record.and_then(|record| record.hooks.transform) else { continue };
            let made = make(Resolver::new(container, None)).await.map_err(|error| {
                Fault::new(format!("`transform` of the gateway `{}` could not be made", one.name))
                    .at(&one.place, "called once, at start")
                    .why(format!("{error:?}"))
            })?;
            route.passage.set_transform(made);
        }
        Ok(())
    }
}

fn unmade(what: &str, one: &ConfiguredUpstream, error: &Error) -> Fault {
    Fault::new(format!("`{what}` of the upstream `{}` could not be made", one.name))
        .at(&one.place, "called once, at start")
        .why(format!("{error:?}"))
}

impl PlannedGateway {
    /// Where it stands, for what is made of its settings.
    pub(crate) fn site(&self) -> Site<'_> {
        let hooks = self.record.map_or(GatewayHooks::NONE, |record| record.hooks);
        let captures = self.templates.last().into_iter().flat_map(|path| path.captures()).collect();
        Site { name: &self.name, path: &self.path, shape: self.shape, captures, hooks, place: &self.place }
    }
}
