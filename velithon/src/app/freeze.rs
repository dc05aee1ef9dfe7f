//! From a plan and a started container to the frozen tables a request is looked up in.

#[cfg(feature = "gateway")]
mod behind;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Request;
use http::{HeaderValue, Method};

use super::builtin;
use super::plan::{Plan, PlannedRoute, route_methods};
use crate::fault::Fault;
use crate::inject::{Container, Reaper, Resolver};
use crate::middleware::chain::{Link, Step};
use crate::middleware::order::Ranked;
use crate::middleware::{Layered, MiddlewareRecord, Run, band};
use crate::peer::Proxies;
use crate::reply::{Error, ErrorHook};
use crate::route::{
    Answer, Candidate, Guard, Live, Methods, NOT_FOUND, Parcel, REFUSED, RouteOptions, SERVER_OPTIONS, Table, Target,
};

/// What is not in the plan and yet part of the service.
pub(crate) struct Surroundings {
    pub(crate) mounted: Option<axum::Router>,
    pub(crate) hook: Option<Arc<ErrorHook>>,
    /// Around everything, the innermost first.
    pub(crate) layers: Vec<Layered>,
    pub(crate) redirect_slashes: bool,
    pub(crate) reveal_causes: bool,
    pub(crate) body_limit: Option<u64>,
    pub(crate) reaper: Reaper,
    pub(crate) proxies: Proxies,
    #[cfg(feature = "gateway")]
    pub(crate) forwarding: super::gateways::Forwarding,
}

/// Makes the tables; the container's singletons are ready by now, since layers are built from them.
pub(crate) async fn freeze(plan: &Plan, container: Arc<Container>, around: Surroundings) -> Result<Live, Fault> {
    let steps = steps(plan, &container).await?;
    let layers = around.layers.into_iter().rev().map(Step::Layer).collect();
    let mut tables = Tables {
        plan,
        layers,
        steps,
        targets: Vec::new(),
        body_limit: around.body_limit,
        #[cfg(feature = "gateway")]
        gateways: around.forwarding.routes,
    };
    tables.without_route();
    let table = tables.fill()?;
    #[cfg(feature = "gateway")]
    let hub = around.forwarding.hub;
    let requests = builtin::requests(plan, &container, &tables.targets);
    #[cfg(feature = "gateway")]
    if requests.is_some() {
        builtin::measure(&hub, &container);
    }
    Ok(Live {
        #[cfg(feature = "gateway")]
        hub,
        requests,
        follows_ends: builtin::follows_ends(plan),
        proxies: around.proxies,
        container,
        reaper: around.reaper,
        hook: around.hook,
        mounted: around.mounted,
        table,
        targets: tables.targets.into(),
        redirect_slashes: around.redirect_slashes,
        reveal_causes: around.reveal_causes,
    })
}

/// What each middleware of the plan does, layers built.
async fn steps(plan: &Plan, container: &Arc<Container>) -> Result<Vec<Step>, Fault> {
    let mut steps = Vec::with_capacity(plan.middleware.len());
    for one in &plan.middleware {
        steps.push(match one.record.run {
            Run::Function(function) => Step::Function(function),
            Run::Observer(observer) => Step::Observer(observer),
            Run::Layer(build) => {
                let built = build(Resolver::new(container, None)).await;
                Step::Layer(built.map_err(|error| no_layer(&one.record, &error))?)
            }
        });
    }
    Ok(steps)
}

fn no_layer(record: &MiddlewareRecord, error: &Error) -> Fault {
    Fault::new(format!("the middleware `{}` could not make its layer", record.name))
        .at(record.origin, "called once, at start")
        .why(format!("{error:?}"))
}

struct Tables<'p> {
    plan: &'p Plan,
    /// The outermost first.
    layers: Vec<Step>,
    steps: Vec<Step>,
    targets: Vec<Target>,
    body_limit: Option<u64>,
    /// In the order of the plan.
    #[cfg(feature = "gateway")]
    gateways: Vec<Arc<crate::gateway::GatewayRoute>>,
}

impl Tables<'_> {
    /// The targets of requests that no path leads to; their places are known to everybody.
    fn without_route(&mut self) {
        let placed = [
            (NOT_FOUND, Answer::NotFound),
            (REFUSED, Answer::Refused),
            (SERVER_OPTIONS, Answer::Options(allow(&self.plan.routes.iter().collect::<Vec<_>>()))),
        ];
        for (place, answer) in placed {
            let target = self.fallback(answer, "");
            debug_assert_eq!(target, place);
        }
    }

    #[cfg(feature = "gateway")]
    fn fill(&mut self) -> Result<Table<Methods>, Fault> {
        let mut table = self.handlers()?;
        behind::put(self, &mut table)?;
        Ok(table)
    }

    #[cfg(not(feature = "gateway"))]
    fn fill(&mut self) -> Result<Table<Methods>, Fault> {
        self.handlers()
    }

    fn handlers(&mut self) -> Result<Table<Methods>, Fault> {
        let mut by_path: BTreeMap<String, Vec<&PlannedRoute>> = BTreeMap::new();
        for route in &self.plan.routes {
            by_path.entry(route.template.normalised().to_string()).or_default().push(route);
        }
        let mut table = Table::default();
        for routes in by_path.values() {
            let methods = self.methods(routes);
            let first = routes[0];
            table.insert(&first.template, methods).map_err(|conflict| {
                Fault::new(format!("`{}` cannot stand beside the other routes: {conflict}", first.record.path))
                    .at(first.record.origin, first.record.handler)
            })?;
        }
        Ok(table)
    }

    fn methods(&mut self, routes: &[&PlannedRoute]) -> Methods {
        let mut candidates = Vec::new();
        let vary = vary(routes);
        for route in routes {
            let target = self.route(route, vary.clone());
            for method in route.record.methods {
                if let Ok(method) = Method::from_bytes(method.as_bytes()) {
                    candidates.push(Candidate { method, guard: Guard::of(&route.record.options), target });
                }
            }
        }
        // Stable: among guarded handlers of one method the first declared wins, the unguarded one is asked last.
        candidates.sort_by_key(|one| one.guard.is_none());
        let allow = allow(routes);
        let path = &routes[0].record.path;
        let refused = self.fallback(Answer::MethodNotAllowed(allow.clone()), path);
        let options = self.fallback(Answer::Options(allow), path);
        let unacceptable = forms(routes).into_iter();
        let unacceptable =
            unacceptable.map(|(method, forms)| (method, self.fallback(Answer::NotAcceptable(forms), path))).collect();
        Methods {
            candidates,
            refused,
            unacceptable,
            options,
            #[cfg(feature = "gateway")]
            behind: Box::default(),
        }
    }

    fn route(&mut self, route: &PlannedRoute, vary: Option<HeaderValue>) -> usize {
        let links = route.chain.iter().map(|link| (link.middleware, link.checked));
        let chain = self.chain(links, route.uses_scope);
        let endpoint = route.record.call;
        let mut options = route.record.options;
        options.body_limit = options.body_limit.or(self.body_limit);
        let answer = if options.axum_path { routed(&route.record.path, endpoint) } else { Answer::Handler(endpoint) };
        self.push(Target {
            chain,
            answer,
            needs: route.record.dependencies.iter().map(|dependency| (dependency.key)()).collect(),
            route: route.record.path.as_ref().into(),
            options,
            uses_scope: route.uses_scope,
            vary,
            #[cfg(feature = "gateway")]
            gateway: None,
        })
    }

    /// The target of requests that reach no handler: every middleware stands in its chain and looks at the request.
    fn fallback(&mut self, answer: Answer, route: &str) -> usize {
        let all = (0..self.plan.middleware.len()).map(|index| (index, true));
        let around = self.plan.middleware.iter().flat_map(|one| one.record.dependencies);
        let uses_scope = self.plan.graph.any_request_bound(around);
        let chain = self.chain(all, uses_scope);
        self.push(Target {
            chain,
            answer,
            needs: Box::default(),
            route: route.into(),
            options: RouteOptions::NONE,
            uses_scope,
            vary: None,
            #[cfg(feature = "gateway")]
            gateway: None,
        })
    }

    /// The links in order, with the boundary between METRICS and what is further in.
    fn chain(&self, links: impl Iterator<Item = (usize, bool)>, uses_scope: bool) -> Box<[Link]> {
        let links: Vec<(usize, bool)> = links.collect();
        let inner = |index: usize| self.plan.middleware[index].record.priority.unwrap_or(band::USER) >= band::PANIC;
        let boundary = links.iter().position(|(index, _)| inner(*index)).unwrap_or(links.len());
        let mut chain: Vec<Link> = links.iter().map(|(index, checked)| self.link(*index, *checked)).collect();
        // A handler catches its own panics; without inner middleware and scope there is nothing to guard.
        if uses_scope || boundary < links.len() {
            chain.insert(boundary, Link { step: Step::Boundary, check: None });
        }
        let outermost = self.layers.iter().map(|step| Link { step: step.clone(), check: None });
        outermost.chain(chain).collect()
    }

    fn link(&self, index: usize, checked: bool) -> Link {
        let Ranked { check, .. } = &self.plan.middleware[index];
        let needed = checked && !check.is_empty();
        Link { step: self.steps[index].clone(), check: needed.then(|| Arc::new(check.clone())) }
    }

    fn push(&mut self, target: Target) -> usize {
        self.targets.push(target);
        self.targets.len() - 1
    }
}

/// The methods of a path, for `Allow` (RFC 9110, section 10.2.1).
fn allow(routes: &[&PlannedRoute]) -> HeaderValue {
    let mut methods: Vec<String> =
        routes.iter().flat_map(|route| route_methods(&route.record)).map(|method| method.to_string()).collect();
    methods.push("OPTIONS".to_owned());
    methods.sort();
    methods.dedup();
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

/// The fields that choose between handlers of one path: a cache must not give one client the reply to another's.
fn vary(routes: &[&PlannedRoute]) -> Option<HeaderValue> {
    let by_media = routes.iter().any(|route| route.record.options.accept.is_some()).then_some("accept");
    let named = routes.iter().filter_map(|route| route.record.options.header.map(|(name, _)| name));
    let mut fields: Vec<String> = by_media.into_iter().chain(named).map(str::to_ascii_lowercase).collect();
    fields.sort();
    fields.dedup();
    HeaderValue::from_str(&fields.join(", ")).ok().filter(|fields| !fields.is_empty())
}

/// For each method with handlers told apart by media type, a sentence that lists those types.
fn forms(routes: &[&PlannedRoute]) -> Vec<(Method, Arc<str>)> {
    let mut by_method: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in routes {
        for method in route.record.methods {
            let media = by_method.entry(method).or_default();
            media.extend(route.record.options.accept.filter(|own| !media.contains(own)));
        }
    }
    let sentence = |media: Vec<&str>| format!("this path is served as {}", crate::fault::list(&media));
    let listed = by_method.into_iter().filter(|(_, media)| !media.is_empty());
    listed
        .filter_map(|(method, media)| Some((Method::from_bytes(method.as_bytes()).ok()?, sentence(media).into())))
        .collect()
}

/// An endpoint behind a router of axum's that has this one route.
fn routed(path: &str, endpoint: crate::route::Endpoint) -> Answer {
    let handler = move |mut request: Request| async move {
        let parcel = request.extensions_mut().remove::<Parcel>();
        let exchange =
            parcel.and_then(|parcel| parcel.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        match exchange {
            Some(exchange) => crate::route::handle(endpoint, request, exchange).await,
            None => axum::response::IntoResponse::into_response(Error::internal("a request lost its way to a handler")),
        }
    };
    Answer::Routed(axum::Router::new().route(path, axum::routing::any(handler)))
}
