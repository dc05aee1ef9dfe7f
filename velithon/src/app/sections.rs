//! velithon's own sections of velithon.toml: `[server]`, `[log]`, `[mount]`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::log::Levels;
use super::server::{Http2Settings, RuntimeKind, ServerSettings};
use crate::config::{Secret, Size, config};
use crate::peer::Network;

/// `[server]`: where the service listens and every limit of the server.
#[config("server")]
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct ServerSection {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) unix: Option<PathBuf>,
    pub(crate) socket_activation: bool,
    pub(crate) backlog: u32,
    pub(crate) runtime: Threads,
    pub(crate) threads: usize,
    #[serde(with = "crate::config::duration")]
    pub(crate) grace: Duration,
    #[serde(with = "crate::config::duration")]
    pub(crate) pre_stop: Duration,
    #[serde(with = "crate::config::duration")]
    pub(crate) head_timeout: Duration,
    #[serde(with = "crate::config::duration")]
    pub(crate) body_timeout: Duration,
    /// Bytes per second.
    pub(crate) body_rate: Size,
    #[serde(with = "crate::config::duration")]
    pub(crate) send_timeout: Duration,
    #[serde(with = "crate::config::duration")]
    pub(crate) keep_alive: Duration,
    pub(crate) max_connections: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) max_header_bytes: Size,
    pub(crate) max_target_bytes: Size,
    pub(crate) body_limit: Size,
    /// Addresses and ranges of proxies whose forwarding fields and request ids are believed; none by default.
    pub(crate) trusted_proxies: Vec<Network>,
    /// Answers a path that only lacks or has a trailing slash with 308 to the one there is.
    pub(crate) redirect_slashes: bool,
    /// How often to look whether the configuration file has changed, for upstreams and gateways; nothing for never.
    #[serde(with = "crate::config::duration")]
    pub(crate) reload: Option<Duration>,
    /// Shows clients what caused a 5xx: for development, never for production.
    pub(crate) reveal_causes: bool,
}

/// `runtime = "per_core"` or `"work_stealing"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Threads {
    #[default]
    PerCore,
    WorkStealing,
}

/// Largest buffered body where neither the route nor the configuration says otherwise.
const BODY_LIMIT: u64 = 2 * 1024 * 1024;

impl Default for ServerSection {
    fn default() -> Self {
        let server = ServerSettings::default();
        Self {
            host: server.host,
            port: server.port,
            unix: server.unix,
            socket_activation: server.socket_activation,
            backlog: server.backlog,
            runtime: Threads::default(),
            threads: server.threads,
            grace: server.grace,
            pre_stop: server.pre_stop,
            head_timeout: server.head_timeout,
            body_timeout: server.body_timeout,
            body_rate: Size::new(server.body_rate),
            send_timeout: server.send_timeout,
            keep_alive: server.keep_alive,
            max_connections: server.max_connections,
            max_in_flight: server.max_in_flight,
            max_header_bytes: Size::new(server.max_header_bytes as u64),
            max_target_bytes: Size::new(server.max_target_bytes as u64),
            body_limit: Size::new(BODY_LIMIT),
            trusted_proxies: Vec::new(),
            redirect_slashes: false,
            reload: None,
            reveal_causes: false,
        }
    }
}

impl ServerSection {
    pub(crate) fn settings(&self) -> ServerSettings {
        ServerSettings {
            host: self.host.clone(),
            port: self.port,
            unix: self.unix.clone(),
            socket_activation: self.socket_activation,
            backlog: self.backlog,
            runtime: match self.runtime {
                Threads::PerCore => RuntimeKind::PerCore,
                Threads::WorkStealing => RuntimeKind::WorkStealing,
            },
            threads: self.threads,
            grace: self.grace,
            pre_stop: self.pre_stop,
            head_timeout: self.head_timeout,
            body_timeout: self.body_timeout,
            body_rate: self.body_rate.bytes(),
            send_timeout: self.send_timeout,
            keep_alive: self.keep_alive,
            max_connections: self.max_connections,
            max_in_flight: self.max_in_flight,
            max_header_bytes: usize::try_from(self.max_header_bytes.bytes()).unwrap_or(usize::MAX),
            max_target_bytes: usize::try_from(self.max_target_bytes.bytes()).unwrap_or(usize::MAX),
            http2: Http2Settings::default(),
        }
    }
}

/// `[log]`: what is written about requests and about velithon itself.
#[config("log")]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LogSection {
    /// A filter of `tracing`: `info`, `debug`, `shop=debug,warn`.
    pub(crate) level: Levels,
    /// `pretty`, `compact` or `json`; nothing means `compact` on a terminal and `json` elsewhere.
    pub(crate) format: Option<LogFormat>,
    /// Whether each request is written when it ends.
    pub(crate) access: bool,
    /// Whether requests get an id, which is written, returned and put into problems; nothing means as `access`, whose
    /// lines are of little use without one.
    pub(crate) request_id: Option<bool>,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Pretty,
    Compact,
    Json,
}

/// `[mount]`: pages of velithon's own, each off until its path is given here or in `main`.
#[config("mount")]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MountSection {
    pub(crate) metrics: Option<String>,
    /// Under this path stands `/gateway.json`, and what an operator may do.
    pub(crate) dashboard: Option<String>,
    /// What an operator is known by; without it the dashboard shows itself to this machine, and changes nothing.
    pub(crate) dashboard_token: Option<Secret<String>>,
}
