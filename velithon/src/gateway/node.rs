//! One target with its connections, and everything about it that no request needs to compute.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::uri::{Authority, Scheme as UriScheme};

use super::pool::{Multiplexed, Pool, PoolLimits, Tls, literal};
use super::settings::Http;
use super::target::{Scheme, Target, TargetSpec};

/// How targets are spoken to: the same for all of an upstream.
#[derive(Debug, Clone)]
pub(crate) struct Speech {
    pub(crate) http: Http,
    pub(crate) tls: Tls,
    pub(crate) limits: PoolLimits,
    /// Whether internal addresses are not dialled.
    pub(crate) guarded: bool,
}

/// One target with its connections.
pub(crate) struct Node {
    spec: TargetSpec,
    pub(crate) target: Arc<Target>,
    address: Option<IpAddr>,
    host: HeaderValue,
    authority: Authority,
    speech: Arc<Speech>,
    pool: Pool,
    pub(crate) multiplexed: Multiplexed,
}

impl Node {
    /// A target that can be dialled; nothing when its name cannot stand in a header, which parsing has ruled out.
    pub(crate) fn new(spec: &TargetSpec, target: Arc<Target>, speech: &Arc<Speech>) -> Option<Self> {
        Some(Self {
            host: HeaderValue::from_str(&spec.authority).ok()?,
            authority: spec.authority.parse().ok()?,
            address: spec.address.or_else(|| literal(&spec.host)),
            pool: Pool::new(speech.limits.clone(), Arc::clone(target.tally())),
            multiplexed: Multiplexed::default(),
            speech: Arc::clone(speech),
            spec: spec.clone(),
            target,
        })
    }

    pub(crate) fn spec(&self) -> &TargetSpec {
        &self.spec
    }

    /// The address that is dialled; nothing while a name is resolved by the connection itself.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// What `Host` says to it.
    #[inline]
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// What `:authority` says to it.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.spec.scheme == Scheme::Https
    }

    pub(crate) fn uri_scheme(&self) -> UriScheme {
        if self.is_secure() { UriScheme::HTTPS } else { UriScheme::HTTP }
    }

    pub(crate) fn speech(&self) -> &Speech {
        &self.speech
    }

    /// Whether its requests may share connections: by prior knowledge, or if TLS agrees on it.
    #[inline]
    pub(crate) fn may_multiplex(&self) -> bool {
        match self.speech.http {
            Http::H1 => false,
            Http::H2 | Http::H2c => true,
            Http::Auto => self.is_secure(),
        }
    }

    #[inline]
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Open connections, and how many of them serve nobody.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let (open, idle) = self.pool.counts();
        (open, idle + self.multiplexed.idle())
    }

    /// The time to the first byte of the attempts of late; for admin pages.
    pub(crate) fn latency(&self, now: super::time::Moment) -> Option<Duration> {
        self.target.load().average(now).map(Duration::from_secs_f32)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("spec", &self.spec).finish_non_exhaustive()
    }
}
