//! `[upstream.<key>]`: every key, with what holds when it is not written.

use std::time::Duration;

use serde::Deserialize;

use super::connection::{Http, PoolSettings, TlsSettings};
use super::health::HealthSettings;
use super::retries::{Retries, RetryBudget};
use super::timeout::Overrides;
use crate::config::duration;
use crate::fault::Fault;
use crate::gateway::balance::Algorithm;
use crate::gateway::discover::Source;
use crate::gateway::policy::timeout::Timeouts;
use crate::gateway::policy::{admission, breaker, budget, retry};
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
        self.retry_budget.settings()
    }

    pub(crate) fn pool(&self) -> PoolLimits {
        self.pool.limits()
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
