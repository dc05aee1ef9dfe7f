//! What runs beside the requests of the upstreams: discovery, health checks, and tidying of idle connections.
//!
//! It runs on the runtime that starts it, never on those of requests, and ends when it is dropped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::check::{Checks, Probe, Task};
use super::custom::{Discover, HealthCheck};
use super::discover::{self, Names, Source, SystemLookup};
use super::node::Node;
use super::policy::health;
use super::probe;
use super::settings::UpstreamSettings;
use super::target::{FAIL_OPEN, TargetSpec};
use super::time::Moment;
use super::upstream::{Hub, UpstreamState};
use crate::fault::Fault;
use crate::inject::Resolver;

/// The time between two looks for connections that have been idle for too long.
const TIDYING: Duration = Duration::from_secs(2);

/// The upkeep of every upstream of an application.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    all: Vec<Arc<One>>,
    _tidying: Vec<Task>,
}

/// The upkeep of one upstream.
struct One {
    state: Arc<UpstreamState>,
    discover: Option<Arc<dyn Discover>>,
    health: Option<Arc<dyn HealthCheck>>,
    checks: Checks,
    /// The task that follows the source, when there is something to follow.
    following: Mutex<Option<Task>>,
}

impl Upkeep {
    /// Makes the hooks, starts everything, and waits, but not for long, until every name is looked up and every target
    /// has its first check behind it.
    ///
    /// # Errors
    /// A hook that could not be made, and a `discover` that is none.
    pub(crate) async fn start(hub: &Hub, resolver: Resolver<'_>) -> Result<Self, Fault> {
        let mut all = Vec::new();
        for state in hub.iter() {
            all.push(Arc::new(One::new(Arc::clone(state), resolver).await?));
        }
        for found in join_all(all.iter().map(|one| one.follow())).await {
            found?;
        }
        join_all(all.iter().map(|one| one.first_results())).await;
        let tasks = all.iter().map(|one| tokio::spawn(tidy(Arc::clone(&one.state))).into()).collect();
        Ok(Self { all, _tidying: tasks })
    }

    /// Goes on with other settings of one upstream.
    ///
    /// # Errors
    /// Files of `tls` that cannot be read, and a `discover` that is none; then nothing has changed.
    pub(crate) async fn configure(&self, name: &str, settings: UpstreamSettings) -> Result<(), Fault> {
        match self.all.iter().find(|one| &**one.state.name() == name) {
            Some(one) => one.configure(settings).await,
            None => Ok(()),
        }
    }
}

impl One {
    async fn new(state: Arc<UpstreamState>, resolver: Resolver<'_>) -> Result<Self, Fault> {
        let hooks = *state.hooks();
        let fault = |what: &str, error: crate::reply::Error| {
            Fault::new(format!("`{what}` of the upstream `{}` could not be made", state.name()))
                .why(format!("{error:?}"))
        };
        let discover = match hooks.discover {
            Some(make) => Some(make(resolver).await.map_err(|error| fault("discover", error))?),
            None => None,
        };
        let health = match hooks.health {
            Some(make) => Some(make(resolver).await.map_err(|error| fault("health", error))?),
            None => None,
        };
        Ok(Self { state, discover, health, checks: Checks::default(), following: Mutex::default() })
    }

    /// Follows the source of the targets, and waits for its first list.
    async fn follow(self: &Arc<Self>) -> Result<(), Fault> {
        let running = self.state.running();
        let source = self.source(&running.settings)?;
        if source.is_settled() {
            *self.following() = None;
            self.check();
            return Ok(());
        }
        let found = running.set.members().iter().map(|member| &member.spec);
        let names = Names::remembering(SystemLookup, Arc::clone(self.state.lookups()), found);
        let (sender, first) = oneshot::channel();
        let (one, mut sender) = (Arc::downgrade(self), Some(sender));
        let apply = move |specs| {
            if let Some(one) = one.upgrade() {
                one.retarget(specs);
            }
            // Nobody waits any longer when the list came late.
            let _late = sender.take().map(|sender| sender.send(()));
        };
        let task = tokio::spawn(discover::follow(Arc::clone(self.state.name()), source, names, apply));
        *self.following() = Some(task.into());
        let _in_time = timeout(FAIL_OPEN, first).await;
        Ok(())
    }

    fn source(&self, settings: &UpstreamSettings) -> Result<Source, Fault> {
        let targets = settings.targets.clone();
        match &self.discover {
            Some(discover) => Ok(Source::custom(targets, Arc::clone(discover))),
            None => Source::written(targets, settings.discover.as_deref()).map_err(|error| {
                Fault::new(format!("`discover` of the upstream `{}` cannot be followed", self.state.name()))
                    .why(error.to_string())
            }),
        }
    }

    /// Goes on with those targets; the ones that are no longer there get nothing new.
    fn retarget(&self, specs: Vec<TargetSpec>) {
        let gone = self.state.retarget(specs);
        self.let_go(&gone);
        self.check();
    }

    /// Tells what lasts on targets that are gone that its time is running; connections alone may be gone as well.
    fn let_go(&self, gone: &[Arc<Node>]) {
        let (running, now) = (self.state.running(), Moment::now());
        let stays = |gone: &Node| running.nodes.iter().any(|node| Arc::ptr_eq(&node.target, &gone.target));
        gone.iter().filter(|node| !stays(node)).for_each(|node| node.target.removal().begin(now));
    }

    /// Checks the targets that there are now, if they are to be checked.
    fn check(&self) {
        let running = self.state.running();
        let Some(settings) = self.checked(&running.settings) else { return self.checks.stop() };
        let settings = Arc::new(settings);
        let probe = |node: &Arc<Node>| self.probe(node, &settings);
        let targets = running.nodes.iter().map(|node| (Arc::clone(&node.target), probe(node))).collect();
        self.checks.follow(self.state.name(), &settings, targets);
    }

    fn checked(&self, settings: &UpstreamSettings) -> Option<health::Settings> {
        let written = settings.health.as_ref().map(|written| written.0.clone());
        written.or_else(|| self.health.is_some().then(health::Settings::default))
    }

    fn probe(&self, node: &Arc<Node>, settings: &Arc<health::Settings>) -> Probe {
        match &self.health {
            Some(check) => probe::custom(node, Arc::clone(check)),
            None => probe::http(Arc::clone(node), Arc::clone(settings)),
        }
    }

    async fn first_results(&self) {
        let running = self.state.running();
        if self.checked(&running.settings).is_some() {
            let targets: Vec<_> = running.nodes.iter().map(|node| Arc::clone(&node.target)).collect();
            self.checks.first_results(&targets).await;
        }
    }

    async fn configure(self: &Arc<Self>, settings: UpstreamSettings) -> Result<(), Fault> {
        // Looked at before anything changes.
        let source = self.source(&settings)?;
        let before = self.state.running();
        let specs = if source.is_settled() {
            settings.targets.clone()
        } else {
            before.set.members().iter().map(|member| member.spec.clone()).collect()
        };
        let gone = self.state.configure(settings, specs)?;
        self.let_go(&gone);
        // Checks are cheap to begin anew, and what they know is kept by the targets.
        self.checks.stop();
        self.check();
        self.follow().await
    }

    fn following(&self) -> MutexGuard<'_, Option<Task>> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for One {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("One").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Drops idle connections whose time has passed.
async fn tidy(state: Arc<UpstreamState>) {
    let mut ticks = interval(TIDYING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = Moment::now();
        for node in &state.running().nodes {
            node.pool().prune(now);
            node.multiplexed.prune(now);
        }
    }
}
