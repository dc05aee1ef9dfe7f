//! One route of the gateway, frozen: which requests it takes, where they go, and what changes on the way.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::response::Response;
use http::HeaderValue;

use super::error::GatewayError;
use super::exchange::Rules;
use super::forward::{EditList, PathRule, Snapshot};
use super::node::Node;
use super::passage::Passage;
use super::record::{GatewayHooks, Shape};
use super::settings::{Edit, GatewaySettings, Overrides, Slash};
use super::upstream::{Hub, UpstreamState};
use crate::fault::Fault;

/// A gateway that is served.
#[derive(Debug)]
pub(crate) struct GatewayRoute {
    pub(crate) key: Box<str>,
    pub(crate) upstream: Arc<UpstreamState>,
    pub(crate) path: PathRule,
    /// What `X-Forwarded-Prefix` says.
    pub(crate) stripped: Option<HeaderValue>,
    pub(crate) forwarded: bool,
    pub(crate) host: HostRule,
    /// What becomes of `%2F` in a path.
    pub(crate) slash: Slash,
    /// The edits of requests.
    pub(crate) request: EditList,
    /// The edits of replies.
    pub(crate) response: EditList,
    /// What it does besides passing requests on.
    pub(crate) passage: Passage,
    /// What it says differently from its upstream.
    pub(crate) rules: Rules,
    /// What a reload made of it.
    replaced: ArcSwapOption<GatewayRoute>,
}

/// Which `Host` the upstream sees.
#[derive(Debug, Clone)]
pub(crate) enum HostRule {
    /// The target's own, as it was written.
    Target,
    /// The one the client asked for.
    Client,
    /// This one.
    Fixed(HeaderValue),
}

/// Where a gateway stands.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: &'a str,
    pub(crate) shape: Shape,
    /// The names that its widest template captures.
    pub(crate) captures: Vec<&'a str>,
    pub(crate) hooks: GatewayHooks,
    /// Where it is declared.
    pub(crate) place: &'a str,
}

impl GatewayRoute {
    /// A gateway as it is configured.
    ///
    /// # Errors
    /// A setting that does not fit the path or the others.
    pub(crate) fn new(site: &Site<'_>, settings: &GatewaySettings, upstream: usize, hub: &Hub) -> Result<Self, Fault> {
        let fault = |what: String| Fault::new(what).at(site.place, format!("the gateway `{}`", site.name));
        let upstream =
            hub.of(upstream).ok_or_else(|| fault("the upstream of this gateway is no part of the program".into()))?;
        let prefix = site.path.trim_end_matches('/');
        let strips = settings.strip_prefix && site.shape == Shape::Prefix;
        let path = match &settings.rewrite {
            Some(rewrite) => PathRule::rewrite(rewrite, &site.captures)
                .map_err(|name| fault(format!("`rewrite` names `{name}`, which the path does not capture")))?,
            None if strips && !prefix.is_empty() => PathRule::Strip(site.captures.len() - 1),
            None => PathRule::Keep,
        };
        let host = match (&settings.host, settings.preserve_host) {
            (Some(host), _) => {
                HostRule::Fixed(HeaderValue::from_str(host).map_err(|_| fault(format!("`{host}` cannot be a `Host`")))?)
            }
            (None, true) => HostRule::Client,
            (None, false) => HostRule::Target,
        };
        let stripped = (strips && !prefix.is_empty()).then(|| HeaderValue::from_str(prefix).ok()).flatten();
        let edits = |edits: &[Edit], of: &str| {
            let made = EditList::new(edits, &site.captures);
            made.map_err(|why| fault(format!("`{of}` of the gateway `{}` cannot be done", site.name)).why(why))
        };
        let request = edits(&settings.request.0, "request")?;
        let response = edits(&settings.response.0, "response")?;
        let passage = Passage::new(settings, &site.hooks, hub)
            .map_err(|why| fault(format!("the gateway `{}` cannot be made", site.name)).why(why))?;
        let rules = Rules {
            timeouts: (settings.timeout != Overrides::default()).then_some(settings.timeout),
            retries: settings.retries.clone(),
            body_limit: settings.body_limit.map(|limit| limit.bytes()),
            copy: false,
        };
        Ok(Self {
            key: site.name.into(),
            upstream,
            path,
            stripped,
            forwarded: settings.forwarded,
            host,
            rules,
            slash: settings.encoded_slash,
            request,
            response,
            passage,
            replaced: ArcSwapOption::empty(),
        })
    }

    /// One that changes nothing and is in no table.
    pub(crate) fn plain(upstream: Arc<UpstreamState>) -> Self {
        Self {
            key: Box::default(),
            upstream,
            path: PathRule::Keep,
            stripped: None,
            forwarded: false,
            host: HostRule::Target,
            slash: Slash::Keep,
            request: EditList::default(),
            response: EditList::default(),
            rules: Rules::default(),
            passage: Passage::default(),
            replaced: ArcSwapOption::empty(),
        }
    }

    /// The gateway as it is now: requests in progress go on with what they began with.
    #[inline]
    pub(crate) fn current(self: &Arc<Self>) -> Arc<Self> {
        self.replaced.load_full().unwrap_or_else(|| Arc::clone(self))
    }

    /// Goes on as another one, on the same path.
    pub(crate) fn replace(&self, next: Arc<Self>) {
        if let Some(transform) = self.passage.transform() {
            next.passage.set_transform(Arc::clone(transform));
        }
        self.replaced.store(Some(next));
    }

    /// The host to send; nothing for that of the target.
    #[inline]
    pub(crate) fn host(&self, asked: Option<HeaderValue>) -> Option<HeaderValue> {
        match &self.host {
            HostRule::Target => None,
            HostRule::Client => asked,
            HostRule::Fixed(host) => Some(host.clone()),
        }
    }
}

/// What is wrong with the settings of a gateway by themselves, before anything is made of them.
pub(crate) fn settings_faults(settings: &GatewaySettings, captures: &[&str]) -> Vec<String> {
    let rewrite = settings.rewrite.as_ref().and_then(|rewrite| rewrite_fault(rewrite, captures));
    let request = EditList::new(&settings.request.0, captures).err();
    let response = EditList::new(&settings.response.0, captures).err();
    let host = settings.host.as_ref().filter(|host| host.parse::<http::uri::Authority>().is_err());
    let host = host.map(|host| format!("`{host}` is no host"));
    rewrite.into_iter().chain(request).chain(response).chain(host).collect()
}

fn rewrite_fault(rewrite: &str, captures: &[&str]) -> Option<String> {
    if !rewrite.starts_with('/') {
        return Some(format!("`{rewrite}` is no path; write `/{rewrite}`"));
    }
    if rewrite.contains('?') {
        return Some("`rewrite` has a query; write the path alone, and add to the query by `query_set`".to_owned());
    }
    let unknown = PathRule::rewrite(rewrite, captures).err()?;
    Some(format!("`rewrite` names `{unknown}`, which the path does not capture"))
}

impl GatewayRoute {
    /// Changes a reply as the gateway says.
    ///
    /// # Errors
    /// A value that a header cannot hold.
    #[cold]
    pub(crate) fn edit_reply(&self, reply: Response, snapshot: &Snapshot) -> Result<Response, GatewayError> {
        let (mut parts, body) = reply.into_parts();
        let location = |value: &HeaderValue| self.location(value, snapshot);
        self.response.response(&mut parts, &snapshot.facts(), location)?;
        Ok(Response::from_parts(parts, body))
    }

    /// A `Location` that leads back here: one that names a target of the upstream, or only a path, in the client's terms.
    fn location(&self, value: &HeaderValue, snapshot: &Snapshot) -> Option<HeaderValue> {
        let text = value.to_str().ok()?;
        let prefix = self.stripped.as_ref().map_or("", |prefix| prefix.to_str().unwrap_or_default());
        let path = match text.split_once("://") {
            Some((_, rest)) => {
                let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
                let running = self.upstream.running();
                let ours = |node: &Arc<Node>| node.spec().authority.eq_ignore_ascii_case(authority);
                running.nodes.iter().any(ours).then_some(path)?
            }
            None => (text.starts_with('/') && !text.starts_with("//")).then_some(text)?,
        };
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let location = match (text.contains("://"), &snapshot.host) {
            (true, Some(host)) => {
                let scheme = if snapshot.secure { "https" } else { "http" };
                format!("{scheme}://{}{prefix}{path}", host.to_str().ok()?)
            }
            _ => format!("{prefix}{path}"),
        };
        HeaderValue::from_str(&location).ok()
    }
}

/// The templates under which a gateway stands in the table of routes.
pub(crate) fn templates(path: &str, shape: Shape) -> Vec<String> {
    match shape {
        Shape::Template => vec![path.to_owned()],
        Shape::Prefix => {
            let base = path.trim_end_matches('/');
            let whole = if base.is_empty() { vec![] } else { vec![base.to_owned()] };
            whole.into_iter().chain([format!("{base}/"), format!("{base}/{{*path}}")]).collect()
        }
    }
}
