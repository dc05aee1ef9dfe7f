//! The application as `main` sees it: what is added by hand beside the annotated items, and `run`.

use std::panic::Location;
use std::sync::Arc;

use tower::Layer;

use super::mount::Mount;
use super::plan::{Additions, Root};
use super::resource::{self, Resource};
use crate::config::Sources;
use crate::inject::{IntoObject, Provide};
use crate::middleware::{Layered, Rest};
use crate::reply::{ErrorHook, Problem, RequestFacts, Response};

/// The application: everything the linked crates registered, and what `main` adds.
///
/// `#[velithon::main]` makes one; the methods add to it, and [`run`](Self::run) does what the command line asks. Until then
/// nothing is bound and nothing built: a `main` that drops it without `run` or [`into_service`](Self::into_service) ends at
/// once, with success.
///
/// ```no_run
/// use velithon::prelude::*;
///
/// #[get("/hello/{name}")]
/// async fn hello(name: String) -> String {
///     format!("hello, {name}")
/// }
///
/// #[velithon::main]
/// async fn main(app: App) -> velithon::Result<()> {
///     app.metrics("/metrics").run().await
/// }
/// ```
#[must_use = "an application does nothing until `run` or `into_service`"]
pub struct App {
    pub(crate) root: Root,
    pub(crate) additions: Additions,
    /// Layers around everything, the first added innermost.
    pub(crate) layers: Vec<(&'static str, Layered)>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) hook: Option<Arc<ErrorHook>>,
    pub(crate) metrics: Option<(String, &'static Location<'static>)>,
    #[cfg(feature = "gateway")]
    pub(crate) dashboard: Option<(String, &'static Location<'static>)>,
    pub(crate) access_log: bool,
    pub(crate) request_id: bool,
    pub(crate) launch: super::launch::Launch,
}

impl App {
    pub(crate) fn new(root: Root, launch: super::launch::Launch) -> Self {
        Self {
            root,
            additions: Additions::default(),
            layers: Vec::new(),
            mounts: Vec::new(),
            hook: None,
            metrics: None,
            #[cfg(feature = "gateway")]
            dashboard: None,
            access_log: false,
            request_id: false,
            launch,
        }
    }

    /// An application without a command line, for a test.
    pub(crate) fn detached(root: Root, sources: &Sources) -> Self {
        Self::new(root, super::launch::Launch::with(sources))
    }

    /// Serves an axum router, or a gateway made by hand, below `path`, for requests that no route of velithon's matches.
    ///
    /// Its handlers and extractors are axum's; [`Inject::from_parts`](crate::Inject::from_parts) reaches what is
    /// injected. Middleware whose pattern covers the path runs around it. `"/"` mounts it at the root. A path may capture,
    /// as `"/tenants/{tenant}"` does; one that nothing can be mounted at is a fault at start.
    #[track_caller]
    pub fn mount(mut self, path: &str, router: impl Into<axum::Router>) -> Self {
        self.mounts.push(Mount::new(path, router.into(), Location::caller()));
        self
    }

    /// Wraps the whole application, unmatched paths included, in a `tower` layer, outside of all middleware.
    ///
    /// As in axum, the layer that is added last is the outermost.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<Rest>,
        L::Service:
            tower::Service<axum::extract::Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as tower::Service<axum::extract::Request>>::Error: Into<tower::BoxError>,
        <L::Service as tower::Service<axum::extract::Request>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        self.layers.push((std::any::type_name::<L>(), Layered::new(&layer)));
        self
    }

    /// Gives a value by hand: for a type marked `#[inject(provided)]`, or in place of its provider.
    pub fn provide<V: Provide + IntoObject<V>>(self, value: V) -> Self {
        self.with::<V>(value)
    }

    /// Gives a value by hand for `T`, which may be a trait: `app.with::<dyn Cache>(MemoryCache::default())`.
    ///
    /// The provider of `T`, and the bindings of a slot, are then neither needed nor built.
    pub fn with<T: ?Sized + Provide>(mut self, value: impl IntoObject<T>) -> Self {
        self.additions.given.push((T::key(), value.into_object()));
        self
    }

    /// Mounts create, read, update and delete of `T` under `prefix`: the run-time form of `#[resource]`.
    ///
    /// The plan sees these routes as it sees annotated ones: a clash with another route is a fault at start.
    #[track_caller]
    pub fn resource<T: Resource>(mut self, prefix: &str) -> Self {
        let place = Location::caller();
        self.additions.routes.extend(resource::routes::<T>(prefix, self.root.origin, place));
        self
    }

    /// Serves the metrics at `path`, and counts and measures requests; off until asked for.
    ///
    /// Only a scraper on the same machine may read them: see [`metrics`](crate::metrics). `[mount] metrics = "/metrics"`
    /// does the same, and wins where both are given.
    #[track_caller]
    pub fn metrics(mut self, path: &str) -> Self {
        self.metrics = Some((path.to_owned(), Location::caller()));
        self
    }

    /// Serves the state of the upstreams at `path` with `/gateway.json` behind it; off until asked for.
    ///
    /// Programs on this machine may read it, nobody else. With `[mount] dashboard_token`, who sends that token as a bearer
    /// may read it from anywhere, and `POST` to `/gateway/{upstream}/{target}/drain`, `../undrain` and
    /// `/gateway/{upstream}/breaker/reset`; without it these answer 403. `[mount] dashboard = "/_velithon"` does the same,
    /// and wins where both are given.
    #[cfg(feature = "gateway")]
    #[track_caller]
    pub fn dashboard(mut self, path: &str) -> Self {
        self.dashboard = Some((path.trim_end_matches('/').to_owned(), Location::caller()));
        self
    }

    /// Writes each request when it ends, as an event of the target `velithon::access`; gives requests an id.
    ///
    /// One event holds method, route, path, status, bytes, duration, client, request id, and whether the client left
    /// early; never fields, bodies or the values of a query. `[log] access = true` does the same.
    pub fn access_log(mut self) -> Self {
        self.access_log = true;
        self
    }

    /// Gives each request an id: in the field `x-request-id` of the reply, in problems, and for
    /// [`RequestId`](crate::middleware::RequestId). `[log] request_id = true` does the same.
    ///
    /// The id of a request is kept only when it comes from `[server] trusted_proxies`.
    pub fn request_id(mut self) -> Self {
        self.request_id = true;
        self
    }

    /// Restyles every error of the application, rejections, panics and missing routes included.
    pub fn on_error(mut self, hook: impl Fn(Problem, &RequestFacts<'_>) -> Response + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("root", &self.root).finish_non_exhaustive()
    }
}
