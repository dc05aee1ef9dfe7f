//! The hinge: records and configuration in, a checked plan or every fault out.
//!
//! [`Plan::build`] is pure: it reads nothing but its argument, binds nothing and builds no provider. Start-up, `check`,
//! `routes`, `graph` and the tests read the same plan; nothing is discovered later.

mod crates;
#[cfg(feature = "gateway")]
mod gateways;
mod middleware;
mod named;
mod providers;
mod routes;

#[cfg(test)]
mod tests;

use crate::config::Settings;
use crate::fault::Fault;
use crate::inject::{Key, Object, Wiring};
use crate::middleware::MiddlewareRecord;
use crate::middleware::order::Ranked;
use crate::record::{Origin, Records};
use crate::route::{RouteRecord, Template};

pub(crate) use crates::CrateCount;
#[cfg(feature = "gateway")]
pub(crate) use gateways::{Gateways, PlannedGateway};
pub(crate) use providers::Graph;
pub(crate) use routes::methods as route_methods;

/// The crate that holds `main`, and those that may register beside it.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    /// Where `#[velithon::main]` or `#[velithon::test]` stands.
    pub origin: Origin,
    /// The crates of `include = [..]`.
    pub include: &'static [&'static str],
}

/// What `main` or a test adds by hand.
#[derive(Clone, Default)]
pub(crate) struct Additions {
    /// Values that stand in for providers, by key.
    pub(crate) given: Vec<(&'static Key, Object)>,
    /// Routes of `app.resource` and of mounted pages.
    pub(crate) routes: Vec<RouteRecord>,
    /// velithon's own middleware that configuration or `main` switched on.
    pub(crate) middleware: Vec<MiddlewareRecord>,
}

/// Everything a plan is made from.
pub(crate) struct Input<'a> {
    pub(crate) records: &'a Records,
    pub(crate) root: Root,
    pub(crate) config: &'a Settings,
    pub(crate) additions: &'a Additions,
    /// The types of `app.layer`, the innermost first.
    pub(crate) layers: Vec<&'static str>,
    /// Upstreams and gateways, as configured.
    #[cfg(feature = "gateway")]
    pub(crate) gateway: &'a crate::gateway::Configured,
}

/// A route that will be served.
#[derive(Clone)]
pub(crate) struct PlannedRoute {
    pub(crate) record: RouteRecord,
    pub(crate) template: Template,
    /// Positions in [`Plan::middleware`], outermost first.
    pub(crate) chain: Vec<PlannedLink>,
    /// Whether a request may ask for a request-scoped value.
    pub(crate) uses_scope: bool,
}

/// A middleware in the chain of one route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlannedLink {
    pub(crate) middleware: usize,
    /// Whether the request decides, since the route's template is wider than the middleware's pattern.
    pub(crate) checked: bool,
}

/// Something that is declared and switched off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Off {
    pub(crate) what: String,
    pub(crate) when: String,
    pub(crate) origin: Origin,
}

/// A checked application, not yet built.
pub(crate) struct Plan {
    pub(crate) routes: Vec<PlannedRoute>,
    /// From the outermost to the innermost.
    pub(crate) middleware: Vec<Ranked>,
    /// The layers around everything, the innermost first.
    pub(crate) layers: Vec<&'static str>,
    pub(crate) wiring: Wiring,
    pub(crate) graph: Graph,
    pub(crate) off: Vec<Off>,
    pub(crate) crates: Vec<CrateCount>,
    #[cfg(feature = "gateway")]
    pub(crate) gateways: Gateways,
}

impl Plan {
    /// Checks everything and reports all that is wrong.
    ///
    /// # Errors
    /// Every fault found, in the order: crates, configuration, providers, middleware, routes, gateways.
    pub(crate) fn build(input: &Input<'_>) -> Result<Self, Vec<Fault>> {
        let mut faults = crates::check(input.records, &input.root);
        let mut off = Vec::new();
        let providers = providers::plan(input, &mut off, &mut faults);
        let middleware = middleware::order(input, &mut off, &mut faults);
        let routes = routes::plan(input, &middleware, &providers.graph, &mut off, &mut faults);
        #[cfg(feature = "gateway")]
        let gateways = gateways::plan(input, &middleware, &providers.graph, &routes, &mut off, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        off.sort_by(|a, b| (a.origin, &a.what).cmp(&(b.origin, &b.what)));
        Ok(Self {
            routes,
            middleware,
            layers: input.layers.clone(),
            wiring: providers.wiring,
            graph: providers.graph,
            off,
            crates: crates::count(input.records, &input.root),
            #[cfg(feature = "gateway")]
            gateways,
        })
    }
}

/// The faults of a configuration that cannot be read, with those of the plan that do not depend on it.
pub(crate) fn without_settings(records: &Records, root: &Root, unread: Vec<Fault>) -> Vec<Fault> {
    let mut faults = crates::check(records, root);
    faults.extend(unread);
    faults.extend(routes::unprefixed(records));
    faults
}

/// Whether a `when` holds; a false one is noted, a bad one is a fault.
fn holds(
    when: Option<&'static str>,
    what: impl FnOnce() -> String,
    origin: Origin,
    config: &Settings,
    off: &mut Vec<Off>,
    faults: &mut Vec<Fault>,
) -> bool {
    let Some(when) = when else { return true };
    let answer = match crate::config::Condition::parse(when) {
        Ok(condition) => condition.evaluate(config),
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(true) => true,
        Ok(false) => {
            off.push(Off { what: what(), when: when.to_owned(), origin });
            false
        }
        Err(fault) => {
            faults.push(fault.at(origin, format!("`when` of {}", what())));
            false
        }
    }
}
