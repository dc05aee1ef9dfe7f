//! How targets are spoken to: `http`, `tls`, `pool`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::duration;
use crate::gateway::pool::PoolLimits;

/// `http = "auto"`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Http {
    /// What TLS agrees on; HTTP/1.1 without TLS.
    #[default]
    Auto,
    /// HTTP/1.1.
    H1,
    /// HTTP/2 over TLS.
    H2,
    /// HTTP/2 without TLS, by prior knowledge (RFC 9113, section 3.3).
    H2c,
}

/// `tls = { ca = "..", cert = "..", key = "..", sni = "..", pin = ".." }`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TlsSettings {
    /// Who is believed instead of the system's roots: a PEM file.
    pub(crate) ca: Option<PathBuf>,
    /// Our certificate, with its chain: a PEM file.
    pub(crate) cert: Option<PathBuf>,
    /// Its key: a PEM file.
    pub(crate) key: Option<PathBuf>,
    /// The name that the target proves, where it is not that of its address.
    pub(crate) sni: Option<String>,
    /// SHA-256 of the target's public key, in base64: it is then believed only with this one.
    pub(crate) pin: Option<String>,
}

/// `pool = { .. }`
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct PoolSettings {
    /// Open connections to one target.
    pub(crate) connections: usize,
    /// Idle connections to one target for each worker.
    pub(crate) idle: usize,
    /// How long one may be idle.
    #[serde(with = "duration")]
    pub(crate) idle_timeout: Duration,
    /// How old one may get.
    #[serde(with = "duration")]
    pub(crate) age: Duration,
    /// How many requests one serves.
    pub(crate) requests: u32,
}

impl PoolSettings {
    /// What the pool is told.
    pub(super) fn limits(self) -> PoolLimits {
        let Self { connections, idle, idle_timeout, age, requests } = self;
        PoolLimits { connections, idle, idle_timeout, age, requests }
    }
}

impl Default for PoolSettings {
    fn default() -> Self {
        let PoolLimits { connections, idle, idle_timeout, age, requests } = PoolLimits::default();
        Self { connections, idle, idle_timeout, age, requests }
    }
}
