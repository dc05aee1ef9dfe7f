//! The state of one upstream, shared by every route that leads to it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arc_swap::ArcSwap;

use super::balance::Balancer;
use super::custom::Balance;
use super::discover::Lookups;
use super::metrics::{Measures, UpstreamSeries};
use super::node::{Node, Speech};
use super::policy::admission::Admission;
use super::policy::breaker::Breaker;
use super::policy::budget::Budget;
use super::policy::retry;
use super::policy::timeout::Timeouts;
use super::pool::Tls;
use super::random::{self, Random};
use super::record::{UpstreamHooks, UpstreamKey};
use super::settings::{ConfiguredUpstream, UpstreamSettings};
use super::target::{SetOptions, TargetSet, TargetSpec};
use super::time::Moment;
use crate::config::Secret;
use crate::fault::Fault;

/// Everything about an upstream that outlives a request.
#[derive(Debug)]
pub(crate) struct UpstreamState {
    name: Arc<str>,
    hooks: UpstreamHooks,
    running: ArcSwap<Running>,
    pub(crate) admission: Arc<Admission>,
    /// Made once the container is there.
    custom_balance: OnceLock<Arc<dyn Balance>>,
    /// Where its exchanges are counted, if they are.
    series: OnceLock<Arc<UpstreamSeries>>,
    /// How the names of its targets were found.
    lookups: Arc<Lookups>,
    /// Whoever replaces what is running does it alone.
    replacing: Mutex<()>,
}

/// What requests go by at the moment: replaced as a whole, never changed.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) settings: UpstreamSettings,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: retry::Settings,
    pub(crate) breaker: Arc<Breaker>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) balancer: Arc<Balancer>,
    pub(crate) set: TargetSet,
    /// In the order of the set.
    pub(crate) nodes: Box<[Arc<Node>]>,
    speech: Arc<Speech>,
}

impl UpstreamState {
    /// The state of an upstream; nothing is dialled and no name resolved.
    ///
    /// # Errors
    /// A certificate or key that cannot be read.
    pub(crate) fn new(name: &str, settings: UpstreamSettings, hooks: UpstreamHooks) -> Result<Self, Fault> {
        let speech = Arc::new(speech(name, &settings)?);
        let options = options(&settings, &hooks);
        let set = TargetSet::new(settings.targets.clone(), options, Moment::now());
        let admission = Admission::new(&settings.admission());
        let running = Running {
            timeouts: settings.timeouts(),
            retry: settings.retry(hooks.retry_if),
            breaker: Arc::new(Breaker::new(settings.breaker.clone(), random::of_thread().next_u64())),
            budget: Arc::new(Budget::new(settings.budget())),
            balancer: Arc::new(Balancer::new(settings.balance.clone())),
            nodes: nodes(&set, &speech, &[]),
            set,
            speech,
            settings,
        };
        Ok(Self {
            name: name.into(),
            hooks,
            running: ArcSwap::from_pointee(running),
            admission,
            custom_balance: OnceLock::new(),
            series: OnceLock::new(),
            lookups: Arc::default(),
            replacing: Mutex::new(()),
        })
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn hooks(&self) -> &UpstreamHooks {
        &self.hooks
    }

    /// The same, dialling no internal address.
    pub(crate) fn guarded(self) -> Self {
        let before = self.running();
        let speech = Arc::new(Speech { guarded: true, ..Speech::clone(&before.speech) });
        let set = before.set.next(before.settings.targets.clone(), before.set.options().clone(), Moment::now());
        self.running.store(Arc::new(Running { nodes: nodes(&set, &speech, &[]), set, speech, ..before.again() }));
        self
    }

    /// What requests go by at the moment.
    #[inline]
    pub(crate) fn running(&self) -> Arc<Running> {
        self.running.load_full()
    }

    /// The service's own balance, if it has one.
    #[inline]
    pub(crate) fn custom_balance(&self) -> Option<&dyn Balance> {
        self.custom_balance.get().map(|custom| &**custom)
    }

    pub(crate) fn set_custom_balance(&self, balance: Arc<dyn Balance>) {
        // Set once, at start.
        let _ = self.custom_balance.set(balance);
    }

    /// Counts its exchanges there from now on.
    pub(crate) fn measure(&self, series: Arc<UpstreamSeries>) {
        // Once for each application.
        let _ = self.series.set(series);
    }

    /// Where its exchanges are counted, if they are.
    #[inline]
    pub(crate) fn series(&self) -> Option<&Arc<UpstreamSeries>> {
        self.series.get()
    }

    /// How the names of its targets were found.
    pub(crate) fn lookups(&self) -> &Arc<Lookups> {
        &self.lookups
    }

    /// Goes on with other targets: those that stay keep their state and their connections. Returns the ones that are no
    /// longer among them.
    pub(crate) fn retarget(&self, specs: Vec<TargetSpec>) -> Vec<Arc<Node>> {
        let _alone = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.running();
        let set = before.set.next(specs, before.set.options().clone(), Moment::now());
        self.swap(&before, |running| Running { nodes: nodes(&set, &before.speech, &before.nodes), set, ..running })
    }

    /// Whether the files that settings name can be read.
    ///
    /// # Errors
    /// A certificate or key that cannot be.
    pub(crate) fn check(&self, settings: &UpstreamSettings) -> Result<(), Fault> {
        speech(&self.name, settings).map(drop)
    }

    /// Goes on with other settings: what they leave as it was keeps its state. Returns the targets that are gone.
    ///
    /// # Errors
    /// A certificate or key that cannot be read; then nothing has changed.
    pub(crate) fn configure(
        &self,
        settings: UpstreamSettings,
        specs: Vec<TargetSpec>,
    ) -> Result<Vec<Arc<Node>>, Fault> {
        let speech = Arc::new(speech(&self.name, &settings)?);
        let _alone = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.running();
        let set = before.set.next(specs, options(&settings, &self.hooks), Moment::now());
        // Files may have changed under the same name.
        let reread = settings.tls.cert.is_some() || settings.tls.ca.is_some();
        let same = !reread
            && (&before.settings.http, &before.settings.tls, &before.settings.pool)
                == (&settings.http, &settings.tls, &settings.pool);
        let (speech, kept) = if same { (Arc::clone(&before.speech), &before.nodes[..]) } else { (speech, &[][..]) };
        self.admission.resize(&settings.admission());
        let gone = self.swap(&before, |running| Running {
            timeouts: settings.timeouts(),
            retry: settings.retry(self.hooks.retry_if),
            breaker: if before.settings.breaker == settings.breaker {
                running.breaker
            } else {
                Arc::new(before.breaker.with(settings.breaker.clone()))
            },
            budget: if before.settings.budget() == settings.budget() {
                running.budget
            } else {
                Arc::new(Budget::new(settings.budget()))
            },
            balancer: if before.settings.balance == settings.balance {
                running.balancer
            } else {
                Arc::new(Balancer::new(settings.balance.clone()))
            },
            nodes: nodes(&set, &speech, kept),
            set,
            speech,
            settings,
        });
        Ok(gone)
    }

    fn swap(&self, before: &Arc<Running>, next: impl FnOnce(Running) -> Running) -> Vec<Arc<Node>> {
        let next = Arc::new(next(before.again()));
        self.running.store(Arc::clone(&next));
        let stays = |node: &&Arc<Node>| next.nodes.iter().any(|other| Arc::ptr_eq(node, other));
        before.nodes.iter().filter(|node| !stays(node)).cloned().collect()
    }
}

impl Running {
    /// Whether requests may share connections; all targets of an upstream are spoken to alike.
    #[inline]
    pub(crate) fn multiplexes(&self) -> bool {
        self.nodes.first().is_some_and(|node| node.may_multiplex())
    }

    /// The same once more, for another to begin from; its set is at once replaced.
    fn again(&self) -> Self {
        Self {
            settings: self.settings.clone(),
            timeouts: self.timeouts,
            retry: self.retry.clone(),
            breaker: Arc::clone(&self.breaker),
            budget: Arc::clone(&self.budget),
            balancer: Arc::clone(&self.balancer),
            set: self.set.next(Vec::new(), self.set.options().clone(), Moment::now()),
            nodes: Box::default(),
            speech: Arc::clone(&self.speech),
        }
    }
}

fn speech(name: &str, settings: &UpstreamSettings) -> Result<Speech, Fault> {
    let tls = Tls::new(&settings.tls, settings.http, settings.targets.as_slice())
        .map_err(|why| Fault::new(format!("`tls` of the upstream `{name}` cannot be used")).why(why))?;
    Ok(Speech { http: settings.http, tls, limits: settings.pool(), guarded: false })
}

fn options(settings: &UpstreamSettings, hooks: &UpstreamHooks) -> SetOptions {
    SetOptions {
        algorithm: settings.balance.clone(),
        slow_start: settings.slow_start,
        checked: settings.health.is_some() || hooks.health.is_some(),
    }
}

/// The nodes of a set; those of targets that stay are kept with their connections.
fn nodes(set: &TargetSet, speech: &Arc<Speech>, before: &[Arc<Node>]) -> Box<[Arc<Node>]> {
    let node = |member: &super::target::Member| {
        let kept = before
            .iter()
            .find(|node| Arc::ptr_eq(&node.target, &member.target) && node.spec().authority == member.spec.authority);
        match kept {
            Some(kept) => Some(Arc::clone(kept)),
            None => Node::new(&member.spec, Arc::clone(&member.target), speech).map(Arc::new),
        }
    };
    set.members().iter().filter_map(node).collect()
}

/// The upstreams of one application, by the numbers of their keys.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    upstreams: Box<[Option<Arc<UpstreamState>>]>,
    /// What an operator of the dashboard is known by.
    token: OnceLock<Secret<String>>,
    /// Where exchanges with the upstreams of `forward_to` are counted.
    adhoc: OnceLock<Arc<UpstreamSeries>>,
}

impl Hub {
    /// Makes the state of every upstream; a place of the table stays empty where an application has not that upstream.
    ///
    /// # Errors
    /// What cannot be made of its settings.
    pub(crate) fn new(configured: &[Option<ConfiguredUpstream>]) -> Result<Self, Fault> {
        let state = |one: &ConfiguredUpstream| {
            let hooks = one.record.map_or(UpstreamHooks::NONE, |record| record.hooks);
            UpstreamState::new(&one.name, one.settings.clone(), hooks).map(Arc::new)
        };
        let states = configured.iter().map(|one| one.as_ref().map(state).transpose());
        Ok(Self { upstreams: states.collect::<Result<_, _>>()?, token: OnceLock::new(), adhoc: OnceLock::new() })
    }

    /// Counts what happens at every upstream from now on.
    pub(crate) fn measure(&self, measures: &Arc<Measures>) {
        for upstream in self.iter() {
            upstream.measure(UpstreamSeries::new(measures, upstream.name(), true));
        }
        // Once for each application.
        let _ = self.adhoc.set(UpstreamSeries::new(measures, &super::forward_to::LABEL.into(), false));
    }

    /// Where exchanges with the upstreams of `forward_to` are counted, if they are.
    pub(crate) fn adhoc(&self) -> Option<&Arc<UpstreamSeries>> {
        self.adhoc.get()
    }

    /// Who sends this may see and change the state of the upstreams.
    pub(crate) fn admit(&self, token: Secret<String>) {
        // Set once, at start.
        let _ = self.token.set(token);
    }

    /// What an operator is known by; nothing when there is nobody.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.get().map(|token| token.expose().as_str())
    }

    /// The upstream at a position of the plan.
    pub(crate) fn of(&self, index: usize) -> Option<Arc<UpstreamState>> {
        self.upstreams.get(index).cloned().flatten()
    }

    /// The upstream of a key.
    #[inline]
    pub(crate) fn by_key(&self, key: &UpstreamKey) -> Option<&Arc<UpstreamState>> {
        self.upstreams.get(key.index())?.as_ref()
    }

    /// The upstream of a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<UpstreamState>> {
        self.iter().find(|upstream| &**upstream.name() == name)
    }

    /// Every upstream there is.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<UpstreamState>> {
        self.upstreams.iter().flatten()
    }
}
