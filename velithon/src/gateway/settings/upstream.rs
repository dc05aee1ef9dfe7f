//! `[upstream.<key>]`: every key, with what holds when it is not written.

use std::path::PathBuf;
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::config::duration;
use crate::fault::Fault;
use crate::gateway::balance::Algorithm;
use crate::gateway::discover::Source;
use crate::gateway::policy::timeout::{Limit, Timeouts};
use crate::gateway::policy::{admission, breaker, budget, health, retry, split};
use crate::gateway::pool::PoolLimits;
use crate::gateway::record::UpstreamRecord;
use crate::gateway::target::TargetSpec;

/// `[upstream.<key>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct UpstreamSettings {
    /// Where requests go.
    pub(crate) targets: Vec<TargetSpec>,
    /// Where targets are found besides: `"dns:users.svc.local:8080"`, `"file:users.toml"`.
    pub(crate) discover: Option<String>,
    pub(crate) balance: Algorithm,
    /// Checks of the targets; off unless written.
    pub(crate) health: Option<HealthSettings>,
    pub(crate) timeout: Overrides,
    pub(crate) retries: Option<Retries>,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) breaker: breaker::Settings,
    #[serde(with = "duration")]
    pub(crate) slow_start: Duration,
    pub(crate) max_in_flight: u32,
    pub(crate) queue: u32,
    #[serde(with = "duration")]
    pub(crate) queue_timeout: Duration,
    pub(crate) pool: PoolSettings,
    pub(crate) http: Http,
    pub(crate) tls: TlsSettings,
}

impl Default for UpstreamSettings {
    fn default() -> Self {
        let admission = admission::Settings::default();
        Self {
            targets: Vec::new(),
            discover: None,
            balance: Algorithm::default(),
            health: None,
            timeout: Overrides::default(),
            retries: None,
            retry_budget: RetryBudget::default(),
            breaker: breaker::Settings::default(),
            slow_start: Duration::ZERO,
            max_in_flight: admission.max_in_flight,
            queue: admission.queue,
            queue_timeout: admission.queue_timeout,
            pool: PoolSettings::default(),
            http: Http::default(),
            tls: TlsSettings::default(),
        }
    }
}

impl UpstreamSettings {
    pub(crate) fn admission(&self) -> admission::Settings {
        admission::Settings { max_in_flight: self.max_in_flight, queue: self.queue, queue_timeout: self.queue_timeout }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeout.over(Timeouts::default())
    }

    pub(crate) fn retry(&self, retry_if: Option<fn(&crate::gateway::Outcome) -> bool>) -> retry::Settings {
        let retry = retry::Settings { retry_if, ..retry::Settings::default() };
        self.retries.as_ref().map_or(retry.clone(), |own| own.over(retry))
    }

    pub(crate) fn budget(&self) -> budget::Settings {
        let RetryBudget { ratio, per_second } = self.retry_budget;
        budget::Settings { ratio, per_second, ..budget::Settings::default() }
    }

    pub(crate) fn pool(&self) -> PoolLimits {
        let PoolSettings { connections, idle, idle_timeout, age, requests } = self.pool;
        PoolLimits { connections, idle, idle_timeout, age, requests }
    }

    /// What is wrong with an upstream, whatever leads to it.
    pub(crate) fn faults(&self, name: &str, place: &str, record: Option<&UpstreamRecord>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let fault = |what: String| Fault::new(what).at(place, format!("the upstream `{name}`"));
        let discovered = self.discover.is_some() || record.is_some_and(|record| record.hooks.discover.is_some());
        if self.targets.is_empty() && !discovered {
            faults.push(
                fault(format!("the upstream `{name}` has no targets"))
                    .help("write `targets = [\"http://10.0.0.1:8080\"]`"),
            );
        }
        if let Err(error) = Source::written(Vec::new(), self.discover.as_deref()) {
            faults.push(fault(format!("`discover` of `{name}` cannot be followed")).why(error.to_string()));
        }
        if !self.targets.is_empty() && self.targets.iter().all(|target| target.backup) {
            faults.push(
                fault(format!("every target of `{name}` is a backup"))
                    .why("a backup serves while no other target can, and there is no other")
                    .help("take `backup` off one of them"),
            );
        }
        if let Err(error) = self.balance.check(&self.targets) {
            faults.push(fault(format!("the balance of `{name}` does not fit its targets")).why(error.to_string()));
        }
        if self.max_in_flight == 0 || self.pool.connections == 0 {
            faults.push(
                fault(format!("`{name}` may have nothing in flight"))
                    .why("`max_in_flight` and `pool.connections` are at least 1")
                    .help("leave the key out for the default"),
            );
        }
        if self.tls.cert.is_some() != self.tls.key.is_some() {
            faults.push(
                fault(format!("`tls` of `{name}` has only one of `cert` and `key`"))
                    .why("a client certificate is of use only with its key")
                    .help("write both, or neither"),
            );
        }
        faults.extend(self.protocol(name, place));
        faults
    }

    /// Targets whose scheme and protocol do not go together.
    fn protocol(&self, name: &str, place: &str) -> Option<Fault> {
        let secure = |target: &&TargetSpec| target.scheme == crate::gateway::Scheme::Https;
        let fault = |what: String| Fault::new(what).at(place, format!("the upstream `{name}`"));
        let https = self.targets.iter().find(secure);
        if let (Some(target), false) = (https, cfg!(feature = "gateway-tls")) {
            let fault = fault(format!("`{}` needs TLS, which is not built in", target.url()));
            return Some(fault.help("turn on the feature: `velithon = { features = [\"gateway-tls\"] }`"));
        }
        let wrong = self.targets.iter().find(|target| match self.http {
            Http::H2 => !secure(target),
            Http::H2c => secure(target),
            Http::Auto | Http::H1 => false,
        })?;
        let fault = fault(format!("`{}` cannot be spoken to as `http` of `{name}` says", wrong.url()));
        Some(fault.why("`h2` is HTTP/2 over TLS, `h2c` HTTP/2 without").help(match self.http {
            Http::H2 => "write `http = \"h2c\"`, or an `https` address",
            _ => "write `http = \"h2\"`, or an `http` address",
        }))
    }
}

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

impl Default for PoolSettings {
    fn default() -> Self {
        let PoolLimits { connections, idle, idle_timeout, age, requests } = PoolLimits::default();
        Self { connections, idle, idle_timeout, age, requests }
    }
}

/// `timeout(connect = "2s", ..)` of an upstream or a gateway; what is not written stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Overrides {
    connect: Option<Limit>,
    tls: Option<Limit>,
    first_byte: Option<Limit>,
    idle: Option<Limit>,
    total: Option<Limit>,
    stream_idle: Option<Limit>,
    stream_close_delay: Option<Limit>,
}

impl Overrides {
    /// The same with a limit of the whole exchange.
    pub(crate) fn with_total(self, total: Duration) -> Self {
        Self { total: Some(Limit(Some(total))), ..self }
    }

    /// These limits upon others.
    pub(crate) fn over(&self, below: Timeouts) -> Timeouts {
        let limit = |own: Option<Limit>, below| own.map_or(below, |Limit(limit)| limit);
        Timeouts {
            connect: limit(self.connect, below.connect),
            tls: limit(self.tls, below.tls),
            first_byte: limit(self.first_byte, below.first_byte),
            idle: limit(self.idle, below.idle),
            total: limit(self.total, below.total),
            stream_idle: limit(self.stream_idle, below.stream_idle),
            stream_close_delay: limit(self.stream_close_delay, below.stream_close_delay),
        }
    }
}

/// `retry_budget = { ratio = "20%", per_second = 10 }`
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct RetryBudget {
    #[serde(deserialize_with = "split::share")]
    ratio: f64,
    per_second: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        let budget::Settings { ratio, per_second, .. } = budget::Settings::default();
        Self { ratio, per_second }
    }
}

/// `retries = 2`, or `retries(count = 2, status = [502, 503])`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retries {
    count: u32,
    status: Option<Vec<StatusCode>>,
}

impl Retries {
    /// No attempt but the first.
    pub(crate) const NONE: Self = Self { count: 0, status: None };

    /// These rules upon others.
    pub(crate) fn over(&self, below: retry::Settings) -> retry::Settings {
        let statuses = self.status.as_ref().map(|own| own.iter().copied().collect());
        retry::Settings { retries: self.count, statuses: statuses.unwrap_or(below.statuses), ..below }
    }
}

impl<'de> Deserialize<'de> for Retries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[serde(default = "two")]
            count: u32,
            status: Option<Vec<u16>>,
        }
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Retries;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number such as 2, or a table such as { count = 2, status = [502, 503] }")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Retries, E> {
                let count = u32::try_from(count).map_err(|_| E::custom("nobody waits for so many retries"))?;
                Ok(Retries { count, status: None })
            }

            fn visit_i64<E: de::Error>(self, count: i64) -> Result<Retries, E> {
                match u64::try_from(count) {
                    Ok(count) => self.visit_u64(count),
                    Err(_) => Err(E::custom("a number of retries is not negative")),
                }
            }

            // A number out of the environment is text that has no type yet.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Retries, E> {
                match text.parse() {
                    Ok(count) => Ok(Retries { count, status: None }),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Retries, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let code =
                    |code| StatusCode::from_u16(code).map_err(|_| de::Error::custom(format!("`{code}` is no status")));
                let status = table.status.map(|codes| codes.into_iter().map(code).collect()).transpose()?;
                Ok(Retries { count: table.count, status })
            }
        }
        deserializer.deserialize_any(Written)
    }
}

const fn two() -> u32 {
    2
}

/// `health = "/health"`, or `health(path = "/health", every = "10s", ..)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthSettings(pub(crate) health::Settings);

impl<'de> Deserialize<'de> for HealthSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            path: Option<String>,
            #[serde(default, with = "duration")]
            every: Option<Duration>,
            #[serde(default, with = "duration")]
            timeout: Option<Duration>,
            expect: Option<Expected>,
            up: Option<u32>,
            down: Option<u32>,
        }
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = HealthSettings;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path such as \"/health\", or a table such as { path = \"/health\", every = \"10s\" }")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<HealthSettings, E> {
                checked(health::Settings { path: path.to_owned(), ..health::Settings::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HealthSettings, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let default = health::Settings::default();
                checked(health::Settings {
                    path: table.path.unwrap_or(default.path),
                    every: table.every.unwrap_or(default.every),
                    timeout: table.timeout.unwrap_or(default.timeout),
                    expect: table.expect.map_or(default.expect, |expected| expected.0),
                    up: table.up.unwrap_or(default.up),
                    down: table.down.unwrap_or(default.down),
                })
            }
        }
        deserializer.deserialize_any(Written)
    }
}

fn checked<E: de::Error>(settings: health::Settings) -> Result<HealthSettings, E> {
    if !settings.path.starts_with('/') || settings.path.parse::<http::uri::PathAndQuery>().is_err() {
        return Err(E::custom("the path of a health check begins with a slash: `health = \"/health\"`"));
    }
    if settings.every.is_zero() || settings.timeout.is_zero() || settings.up == 0 || settings.down == 0 {
        return Err(E::custom("`every`, `timeout`, `up` and `down` of a health check are more than nothing"));
    }
    Ok(HealthSettings(settings))
}

/// `expect = 204`, or `expect = "200..299"`.
struct Expected((u16, u16));

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Expected;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a status such as 200, or a range such as \"200..299\"")
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<Expected, E> {
                self.visit_str(&code.to_string())
            }

            fn visit_i64<E: de::Error>(self, code: i64) -> Result<Expected, E> {
                self.visit_str(&code.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Expected, E> {
                let (first, last) = text.split_once("..").unwrap_or((text, text));
                let last = last.trim_start_matches('=');
                match (first.trim().parse(), last.trim().parse()) {
                    (Ok(first), Ok(last)) if 100 <= first && first <= last && last <= 599 => {
                        Ok(Expected((first, last)))
                    }
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Written)
    }
}
