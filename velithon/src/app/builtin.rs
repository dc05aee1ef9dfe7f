//! What of velithon's own `main` or the configuration switched on, as the records the plan takes like any other.

use std::any::TypeId;
use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use super::App;
use super::assemble::section;
use super::plan::{Additions, Plan};
use super::sections::{LogSection, MountSection};
use crate::config::Settings;
use crate::inject::{Container, Provide};
use crate::metrics::{self, Metrics, http::Requests};
use crate::middleware::builtin::{access_log, http_metrics, request_id};
use crate::record::Origin;
use crate::route::{RouteOptions, RouteRecord, Target};

/// The parts that are on.
#[derive(Debug, Clone, Default)]
pub(super) struct BuiltIn {
    /// The path of the metrics, and where `main` gives it.
    metrics: Option<(String, Option<&'static Location<'static>>)>,
    /// The path of the dashboard, likewise.
    #[cfg(feature = "gateway")]
    dashboard: Option<(String, Option<&'static Location<'static>>)>,
    access_log: bool,
    request_id: bool,
}

impl BuiltIn {
    pub(super) fn of(app: &App, settings: &Settings) -> Self {
        let log = section::<LogSection>(settings);
        let mount = section::<MountSection>(settings);
        let configured = mount.as_ref().and_then(|mount| mount.metrics.clone());
        #[cfg(feature = "gateway")]
        let dashboard = mount.as_ref().and_then(|mount| mount.dashboard.clone());
        let written = app.metrics.as_ref().map(|(path, place)| (path.clone(), Some(*place)));
        let access_log = app.access_log || log.as_ref().is_some_and(|log| log.access);
        let request_id = log.as_ref().and_then(|log| log.request_id);
        Self {
            metrics: configured.map(|path| (path, None)).or(written),
            #[cfg(feature = "gateway")]
            dashboard: dashboard
                .map(|path| (path.trim_end_matches('/').to_owned(), None))
                .or_else(|| app.dashboard.as_ref().map(|(path, place)| (path.clone(), Some(*place)))),
            access_log,
            request_id: app.request_id || request_id.unwrap_or(access_log),
        }
    }

    /// What `main` adds by hand, and these.
    pub(super) fn added_to(&self, additions: &Additions, root: Origin) -> Additions {
        let mut all = additions.clone();
        if self.request_id {
            all.middleware.push(request_id::RECORD);
        }
        if self.access_log {
            all.middleware.push(access_log::RECORD);
        }
        if let Some((path, place)) = &self.metrics {
            all.middleware.push(http_metrics::RECORD);
            all.routes.push(page(path, *place, root));
        }
        #[cfg(feature = "gateway")]
        if let Some((path, place)) = &self.dashboard {
            all.routes.extend(dashboard(path, place.map_or(root, |place| at(place, root))));
        }
        all
    }
}

/// The routes of the dashboard.
#[cfg(feature = "gateway")]
fn dashboard(path: &str, origin: Origin) -> [RouteRecord; 4] {
    use crate::gateway::admin;
    let route = |methods, below: &str, handler, call| RouteRecord {
        methods,
        path: Cow::Owned(format!("{path}{below}")),
        handler,
        call,
        dependencies: &[],
        options: RouteOptions::NONE,
        origin,
    };
    let target = "/gateway/{upstream}/{target}";
    [
        route(&["GET"], "/gateway.json", "gateway_state", admin::read),
        route(&["POST"], &format!("{target}/drain"), "drain_target", admin::drain),
        route(&["POST"], &format!("{target}/undrain"), "undrain_target", admin::undrain),
        route(&["POST"], "/gateway/{upstream}/breaker/reset", "reset_breaker", admin::reset),
    ]
}

fn at(place: &'static Location<'static>, root: Origin) -> Origin {
    Origin { file: place.file(), line: place.line(), column: place.column(), ..root }
}

/// The route that scrapers ask.
fn page(path: &str, place: Option<&'static Location<'static>>, root: Origin) -> RouteRecord {
    RouteRecord {
        methods: &["GET"],
        path: Cow::Owned(path.to_owned()),
        handler: "metrics",
        call: metrics::page::scrape,
        dependencies: metrics::page::DEPENDENCIES,
        // A scrape every few seconds would be most of the log.
        options: RouteOptions { skip: &[TypeId::of::<crate::middleware::access_log>], ..RouteOptions::NONE },
        origin: place.map_or(root, |place| at(place, root)),
    }
}

/// What is counted about every request, where the plan has the middleware for it; tells the metrics their routes.
pub(super) fn requests(plan: &Plan, container: &Container, targets: &[Target]) -> Option<Arc<Requests>> {
    let object = container.ready(Metrics::key())?;
    let metrics = Metrics::view(&*object);
    let routes = || targets.iter().map(|target| Arc::clone(&target.route));
    metrics.know(routes().collect());
    has(plan, TypeId::of::<crate::middleware::http_metrics>()).then(|| Arc::new(Requests::new(metrics, routes())))
}

/// Whether a handler of these dependencies leaves work behind.
#[cfg(feature = "tasks")]
pub(super) fn leaves_work(dependencies: &[crate::inject::Dependency]) -> bool {
    let key = crate::task::BackgroundWork::key();
    dependencies.iter().any(|dependency| (dependency.key)() == Some(key))
}

/// Nothing does without tasks.
#[cfg(not(feature = "tasks"))]
pub(super) fn leaves_work(_: &[crate::inject::Dependency]) -> bool {
    false
}

/// The metrics, if somebody can read them.
#[cfg(feature = "tasks")]
pub(super) fn metered(plan: &Plan, container: &Container) -> Option<crate::inject::Inject<Metrics>> {
    let metered = has(plan, TypeId::of::<crate::middleware::http_metrics>());
    container.ready(Metrics::key()).filter(|_| metered).map(crate::inject::Inject::from_object)
}

/// Counts the exchanges of every upstream.
#[cfg(feature = "gateway")]
pub(super) fn measure(hub: &Arc<crate::gateway::Hub>, container: &Container) {
    if let Some(object) = container.ready(Metrics::key()) {
        crate::gateway::Measures::begin(Metrics::view(&*object), hub);
    }
}

/// Whether some middleware of the plan asks for the ends of requests.
pub(super) fn follows_ends(plan: &Plan) -> bool {
    let asking = [TypeId::of::<crate::middleware::http_metrics>(), TypeId::of::<crate::middleware::access_log>()];
    asking.into_iter().any(|identity| has(plan, identity))
}

fn has(plan: &Plan, identity: TypeId) -> bool {
    plan.middleware.iter().any(|one| (one.record.identity)() == identity)
}
