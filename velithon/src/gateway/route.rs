//! One route of the gateway, frozen: which requests it takes, where they go, and what changes on the way.

use std::sync::Arc;

use http::HeaderValue;

use super::exchange::Rules;
use super::forward::PathRule;
use super::record::Shape;
use super::settings::{GatewaySettings, Overrides};
use super::upstream::UpstreamState;
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
    /// What it says differently from its upstream.
    pub(crate) rules: Rules,
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
    /// Where it is declared.
    pub(crate) place: &'a str,
}

impl GatewayRoute {
    /// A gateway as it is configured.
    ///
    /// # Errors
    /// A setting that does not fit the path or the others.
    pub(crate) fn new(
        site: &Site<'_>,
        settings: &GatewaySettings,
        upstream: Option<Arc<UpstreamState>>,
    ) -> Result<Self, Fault> {
        let fault = |what: String| Fault::new(what).at(site.place, format!("the gateway `{}`", site.name));
        let upstream =
            upstream.ok_or_else(|| fault("the upstream of this gateway is no part of the program".into()))?;
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
        let rules = Rules {
            timeouts: (settings.timeout != Overrides::default()).then_some(settings.timeout),
            retries: settings.retries.clone(),
            body_limit: settings.body_limit.map(|limit| limit.bytes()),
        };
        Ok(Self { key: site.name.into(), upstream, path, stripped, forwarded: settings.forwarded, host, rules })
    }

    pub(crate) fn path(&self) -> &PathRule {
        &self.path
    }

    pub(crate) fn stripped(&self) -> Option<&HeaderValue> {
        self.stripped.as_ref()
    }

    pub(crate) fn writes_forwarded(&self) -> bool {
        self.forwarded
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
