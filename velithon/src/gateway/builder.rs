//! Upstreams and gateways by hand: for `app.mount`, and for any place that takes a `tower::Service`.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::response::{IntoResponse, Response};

use super::error::GatewayError;
use super::exchange::Outbound;
use super::forward::{self, Client, PathRule};
use super::here::Here;
use super::passage;
use super::record::UpstreamHooks;
use super::route::{GatewayRoute, templates};
use super::settings::UpstreamSettings;
use super::upstream::UpstreamState;
use crate::gateway::Shape;
use crate::reply::{Error, Result};
use crate::route::{Table, Template};

/// An upstream made by hand; clones share its connections, breaker and budget.
///
/// ```
/// use velithon::gateway::{Gateway, Upstream};
///
/// # fn main() -> velithon::Result<()> {
/// let payments = Upstream::builder("payments").target("http://10.0.0.1:8080").balance("least").build()?;
/// let gateway = Gateway::prefix("/pay").strip_prefix().to(&payments);
/// let router = axum::Router::new().fallback_service(gateway);
/// # let _: axum::Router = router;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Upstream(Arc<UpstreamState>);

impl Upstream {
    /// Begins an upstream; the name is its label in metrics.
    pub fn builder(name: impl Into<String>) -> UpstreamBuilder {
        UpstreamBuilder { name: name.into(), settings: UpstreamSettings::default(), wrong: None }
    }
}

/// An upstream until it is built.
#[derive(Debug)]
#[must_use = "an upstream is made by `build`"]
pub struct UpstreamBuilder {
    name: String,
    settings: UpstreamSettings,
    /// The first thing that was wrong.
    wrong: Option<String>,
}

impl UpstreamBuilder {
    /// Adds a target, written as in the attribute: `"http://10.0.0.1:8080; weight=3"`.
    pub fn target(mut self, target: impl AsRef<str>) -> Self {
        match target.as_ref().parse() {
            Ok(target) => self.settings.targets.push(target),
            Err(error) => drop(self.wrong.get_or_insert(format!("{error}"))),
        }
        self
    }

    /// Says how targets are chosen: `"p2c"`, `"least"`, `"hash(header x-tenant)"`.
    pub fn balance(mut self, balance: impl AsRef<str>) -> Self {
        match balance.as_ref().parse() {
            Ok(balance) => self.settings.balance = balance,
            Err(error) => drop(self.wrong.get_or_insert(format!("{error}"))),
        }
        self
    }

    /// Limits the requests that are at the upstream at once.
    pub fn max_in_flight(mut self, most: u32) -> Self {
        self.settings.max_in_flight = most;
        self
    }

    /// Makes the upstream; nothing is dialled yet.
    ///
    /// # Errors
    /// The first target or balance that is none, and what is wrong with them together.
    pub fn build(self) -> Result<Upstream> {
        let faults = self.settings.faults(&self.name, "a builder", None);
        let wrong = self.wrong.or_else(|| faults.first().map(ToString::to_string));
        if let Some(wrong) = wrong {
            return Err(Error::internal(wrong));
        }
        let state = UpstreamState::new(&self.name, self.settings, UpstreamHooks::NONE);
        state.map(|state| Upstream(Arc::new(state))).map_err(|fault| Error::internal(fault.to_string()))
    }
}

/// A prefix that leads to an upstream, as a `tower::Service`.
///
/// Paths that are not below the prefix are answered by 404. The address of the client is known where axum's
/// `ConnectInfo` is.
#[derive(Debug, Clone)]
pub struct Gateway {
    route: Arc<GatewayRoute>,
    table: Arc<Table<()>>,
}

/// A gateway until it has its upstream.
#[derive(Debug)]
#[must_use = "a gateway is made by `to`"]
pub struct GatewayBuilder {
    prefix: String,
    strip: bool,
}

impl Gateway {
    /// Begins a gateway for a path and everything below it.
    pub fn prefix(path: impl Into<String>) -> GatewayBuilder {
        GatewayBuilder { prefix: path.into(), strip: false }
    }
}

impl GatewayBuilder {
    /// Takes the prefix off the path before the request is sent on.
    pub fn strip_prefix(mut self) -> Self {
        self.strip = true;
        self
    }

    /// Makes the gateway. A prefix that is no path matches nothing.
    pub fn to(self, upstream: &Upstream) -> Gateway {
        let mut table = Table::default();
        for template in templates(&self.prefix, Shape::Prefix) {
            if let Ok(template) = Template::parse(&template) {
                // The three are different by their last slash.
                let _ = table.insert(&template, ());
            }
        }
        let mut route = GatewayRoute::plain(Arc::clone(&upstream.0));
        let prefix = self.prefix.trim_end_matches('/');
        if self.strip && !prefix.is_empty() {
            route.path = PathRule::Strip(prefix.matches('{').count());
            route.stripped = http::HeaderValue::from_str(prefix).ok();
        }
        Gateway { route: Arc::new(route), table: Arc::new(table) }
    }
}

impl Gateway {
    async fn answer(self, request: Request) -> Result<Response, GatewayError> {
        let (mut parts, body) = request.into_parts();
        // A router that this stands in may have taken off a prefix of its own.
        if let Some(OriginalUri(uri)) = parts.extensions.remove::<OriginalUri>() {
            parts.uri = uri;
        }
        let Some(found) = self.table.find(parts.uri.path()) else {
            let problem = crate::reply::Problem::not_found();
            return Err(GatewayError::Refused(Box::new(problem)));
        };
        let here = parts.extensions.remove::<Here>();
        let client = match &here {
            Some(here) => here.client(&parts.headers),
            None => {
                let peer = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip());
                Client { peer, trusted: false, address: peer, secure: false }
            }
        };
        let (heading, snapshot) = forward::prepare(&mut parts, &self.route, client, &found.captures)?;
        let notes = here.and_then(|here| here.notes.clone());
        let mut outbound = Outbound { parts, body, heading, client: client.address, notes };
        passage::send(&self.route, &self.route.rules, &mut outbound, snapshot.as_deref()).await
    }
}

impl<B> tower::Service<http::Request<B>> for Gateway
where
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<tower::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let gateway = self.clone();
        let request = request.map(Body::new);
        Box::pin(async move { Ok(gateway.answer(request).await.unwrap_or_else(IntoResponse::into_response)) })
    }
}

impl From<Gateway> for axum::Router {
    fn from(gateway: Gateway) -> Self {
        Self::new().fallback_service(gateway)
    }
}
