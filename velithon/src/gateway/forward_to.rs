//! `forward_to(url, request)`: the primitive, in any handler.
//!
//! Each scheme, host and port gets an upstream of its own with everything by default; of those at most 256 are kept, each
//! for five minutes after its last use.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::Uri;
use http::header::{AUTHORIZATION, COOKIE};
use http::uri::PathAndQuery;

use super::access;
use super::error::GatewayError;
use super::exchange::{Outbound, run};
use super::forward::{self, Client, is_grpc};
use super::here::Here;
use super::record::UpstreamHooks;
use super::route::GatewayRoute;
use super::settings::UpstreamSettings;
use super::target::TargetSpec;
use super::time::Moment;
use super::upstream::UpstreamState;
use crate::reply::Result;

/// How many upstreams are kept, and for how long after their last use.
const MOST: usize = 256;
const UNUSED: Duration = Duration::from_secs(300);

/// The label of the metrics for all of them.
pub(crate) const LABEL: &str = "adhoc";

/// Where a request is forwarded to.
///
/// What stands in the program (`&'static str`) is trusted. What was put together at run time (`String`, `Uri`) may name
/// anything: it is held against a list of internal addresses, at the address that is dialled, and the request loses
/// `Authorization` and `Cookie`. [`Destination::trusted`] lifts both.
#[derive(Debug, Clone)]
pub struct Destination {
    url: Cow<'static, str>,
    trusted: bool,
}

impl Destination {
    /// A destination that the program vouches for.
    pub fn trusted(url: impl Into<Cow<'static, str>>) -> Self {
        Self { url: url.into(), trusted: true }
    }
}

impl From<&'static str> for Destination {
    fn from(url: &'static str) -> Self {
        Self::trusted(url)
    }
}

impl From<String> for Destination {
    fn from(url: String) -> Self {
        Self { url: url.into(), trusted: false }
    }
}

impl From<Uri> for Destination {
    fn from(url: Uri) -> Self {
        url.to_string().into()
    }
}

/// Forwards a request to a URL, whose path is put before that of the request, and streams both ways.
///
/// ```
/// use velithon::gateway::forward_to;
/// use velithon::prelude::*;
///
/// #[get("/raw/{*path}")]
/// async fn raw(request: Request) -> Result<Response> {
///     forward_to("http://api-service:8080", request).await
/// }
/// ```
///
/// # Errors
/// Why there is no reply; 502 with the reason `ssrf_blocked` for a URL that is no `http` or `https` one, that holds a user
/// name, and for an address that is not to be dialled. A query in the URL is an error of the program: 500.
pub async fn forward_to(destination: impl Into<Destination>, request: Request) -> Result<Response> {
    let destination = destination.into();
    let (spec, prefix) = parsed(&destination.url)?;
    let upstream = ADHOC.of(spec, destination.trusted)?;
    let grpc = is_grpc(request.headers());
    match sent(&upstream, request, prefix, destination.trusted).await {
        Err(error) if grpc => Ok(error.into_grpc()),
        other => Ok(other?),
    }
}

async fn sent(
    upstream: &Arc<UpstreamState>,
    request: Request,
    prefix: Option<String>,
    trusted: bool,
) -> Result<Response, GatewayError> {
    let (mut parts, body) = request.into_parts();
    if !trusted {
        parts.headers.remove(AUTHORIZATION);
        parts.headers.remove(COOKIE);
    }
    let here = parts.extensions.remove::<Here>();
    if let Some(series) = here.as_ref().and_then(|here| here.live.hub.adhoc()) {
        upstream.measure(Arc::clone(series));
    }
    let nobody = Client { peer: None, trusted: false, address: None, secure: false };
    let client = here.as_ref().map_or(nobody, |here| here.client(&parts.headers));
    let notes = here.and_then(|here| here.notes.clone());
    let route = GatewayRoute::plain(Arc::clone(upstream));
    let prepared = forward::prepare(&mut parts, &route, client, &crate::route::Captures::default());
    let (heading, _) = prepared.inspect_err(|error| access::refused(upstream, notes.as_deref(), error))?;
    if let (Some(prefix), Some(path)) = (prefix, parts.uri.path_and_query()) {
        let whole = format!("{prefix}{path}");
        let whole: PathAndQuery = whole.parse().map_err(|_| GatewayError::Request("the path is none"))?;
        parts.uri = whole.into();
    }
    let mut outbound = Outbound { parts, body, heading, client: client.address, notes };
    run(upstream, &route.rules, &mut outbound).await
}

/// The target of a URL, and the path in it.
fn parsed(url: &str) -> Result<(TargetSpec, Option<String>)> {
    let uri: Uri = url.parse().map_err(|_| GatewayError::Blocked)?;
    let authority = uri.authority().ok_or(GatewayError::Blocked)?;
    if authority.as_str().contains('@') {
        return Err(GatewayError::Blocked.into());
    }
    if uri.query().is_some() {
        return Err(crate::Error::internal("the URL of `forward_to` has a query; the request brings its own"));
    }
    let scheme = uri.scheme_str().unwrap_or_default();
    let spec: TargetSpec = format!("{scheme}://{authority}").parse().map_err(|_| GatewayError::Blocked)?;
    let prefix = uri.path().trim_end_matches('/');
    Ok((spec, (!prefix.is_empty()).then(|| prefix.to_owned())))
}

/// The upstreams that exist for a while.
struct Adhoc(Mutex<Vec<Entry>>);

struct Entry {
    spec: TargetSpec,
    trusted: bool,
    upstream: Arc<UpstreamState>,
    used: Moment,
}

static ADHOC: LazyLock<Adhoc> = LazyLock::new(|| Adhoc(Mutex::default()));

impl Adhoc {
    /// The upstream of a target; the one used longest ago makes room for a new one.
    fn of(&self, spec: TargetSpec, trusted: bool) -> Result<Arc<UpstreamState>> {
        let now = Moment::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|entry| now.since(entry.used) < UNUSED);
        if let Some(entry) = kept.iter_mut().find(|entry| entry.trusted == trusted && entry.spec == spec) {
            entry.used = now;
            return Ok(Arc::clone(&entry.upstream));
        }
        let settings = UpstreamSettings { targets: vec![spec.clone()], ..UpstreamSettings::default() };
        let state = UpstreamState::new(LABEL, settings, UpstreamHooks::NONE);
        let state = state.map_err(|fault| crate::Error::internal(fault.to_string()))?;
        let upstream = Arc::new(if trusted { state } else { state.guarded() });
        if kept.len() >= MOST
            && let Some(oldest) = (0..kept.len()).min_by_key(|index| kept[*index].used)
        {
            kept.swap_remove(oldest);
        }
        kept.push(Entry { spec, trusted, upstream: Arc::clone(&upstream), used: now });
        Ok(upstream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_without_a_user_name_is_a_destination() {
        for url in ["ftp://a/", "file:///etc/passwd", "http://user@a/", "http://u:p@a/", "/x", "gopher://a:70/"] {
            let error = parsed(url).unwrap_err();
            assert_eq!(error.downcast_ref::<GatewayError>(), Some(&GatewayError::Blocked), "{url}");
        }
        assert!(parsed("http://a/?x=1").is_err());
    }

    #[test]
    fn the_path_of_the_url_comes_first() {
        assert_eq!(parsed("http://a:81/api/").unwrap().1.as_deref(), Some("/api"));
        assert_eq!(parsed("https://a").unwrap().1, None);
    }

    #[test]
    fn one_target_is_one_upstream_and_the_word_of_a_stranger_another() {
        let (spec, _) = parsed("http://one.example:8080").unwrap();
        let first = ADHOC.of(spec.clone(), true).unwrap();
        assert!(Arc::ptr_eq(&first, &ADHOC.of(spec.clone(), true).unwrap()));
        assert!(!Arc::ptr_eq(&first, &ADHOC.of(spec, false).unwrap()));
    }
}
