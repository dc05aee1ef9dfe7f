//! From an application to something that answers requests: plan, build, freeze.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::App;
use super::builtin::BuiltIn;
use super::failure::Failure;
use super::freeze::{Surroundings, freeze};
use super::mount;
use super::plan::{self, Input, Plan};
#[cfg(feature = "gateway")]
use super::reload::Reload;
#[cfg(feature = "gateway")]
use super::sections::MountSection;
use super::sections::ServerSection;
use crate::config::{Config, Settings};
#[cfg(feature = "gateway")]
use crate::gateway::Upkeep;
#[cfg(feature = "gateway")]
use crate::inject::Resolver;
use crate::inject::{Built, Container, Reaper};
use crate::peer::Proxies;
use crate::route::Core;

/// A built application, before or beside a server.
pub(crate) struct Assembled {
    pub(crate) live: Arc<Core>,
    pub(crate) plan: Plan,
    pub(crate) settings: Arc<Settings>,
    /// How long each singleton took.
    pub(crate) built: Vec<Built>,
    container: Arc<Container>,
    reaper: JoinHandle<()>,
    /// What keeps the upstreams up to date; their checks end with it.
    #[cfg(feature = "gateway")]
    pub(crate) reload: Option<Reload>,
}

/// How long the ends of abandoned requests may take before singletons stop.
const REAPER_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

impl App {
    /// The checked plan, with nothing built.
    pub(crate) fn plan(&self) -> Result<(Arc<Settings>, Plan), Failure> {
        self.plan_with_mounted().map(|(settings, plan, _)| (settings, plan))
    }

    /// The same with the routers that `main` mounts, as one.
    fn plan_with_mounted(&self) -> Result<(Arc<Settings>, Plan, Option<axum::Router>), Failure> {
        let mounted = mount::join(&self.mounts);
        let settings = match &self.launch.settings {
            Ok(settings) => Arc::clone(settings),
            Err(unread) => {
                let faults = plan::without_settings(&self.launch.records, &self.root, unread.clone());
                return Err(Failure::Plan(faults.into_iter().chain(mounted.err().unwrap_or_default()).collect()));
            }
        };
        let additions = BuiltIn::of(self, &settings).added_to(&self.additions, self.root.origin);
        #[cfg(feature = "gateway")]
        let additions = super::gateways::with_clients(additions, &self.launch.records);
        let input = Input {
            records: &self.launch.records,
            root: self.root,
            config: &settings,
            additions: &additions,
            layers: self.layers.iter().map(|(name, _)| *name).collect(),
            #[cfg(feature = "gateway")]
            gateway: &self.launch.gateway,
        };
        match (Plan::build(&input), mounted) {
            (Ok(plan), Ok(mounted)) => Ok((settings, plan, mounted)),
            (plan, mounted) => {
                let faults = plan.err().into_iter().chain(mounted.err());
                Err(Failure::Plan(faults.flatten().collect()))
            }
        }
    }

    /// Plans, builds every singleton and freezes the tables.
    pub(crate) async fn assemble(self) -> Result<Assembled, Failure> {
        let (settings, plan, mounted) = self.plan_with_mounted()?;
        let container = Arc::new(Container::new(plan.wiring.clone()));
        // Before the providers, which may ask for the client of an upstream.
        #[cfg(feature = "gateway")]
        let forwarding = super::gateways::Forwarding::new(&plan.gateways, &container).map_err(Failure::Start)?;
        #[cfg(feature = "gateway")]
        if let Some(token) = section::<MountSection>(&settings).and_then(|mount| mount.dashboard_token.clone()) {
            forwarding.hub.admit(token);
        }
        let built = container.start().await.map_err(Failure::Start)?;
        #[cfg(feature = "gateway")]
        if let Err(fault) = forwarding.begin(&plan.gateways, &container).await {
            container.stop().await;
            return Err(Failure::Start(fault));
        }
        #[cfg(feature = "gateway")]
        let upkeep = match Upkeep::start(&forwarding.hub, Resolver::new(&container, None)).await {
            Ok(upkeep) => upkeep,
            Err(fault) => {
                container.stop().await;
                return Err(Failure::Start(fault));
            }
        };
        #[cfg(feature = "gateway")]
        let reload = Reload::new(self.again(), plan.gateways.clone(), &forwarding, upkeep);
        let (reaper, work) = Reaper::new();
        let reaper_task = tokio::spawn(work);
        let server = section::<ServerSection>(&settings);
        let around = Surroundings {
            mounted,
            hook: self.hook,
            layers: self.layers.into_iter().map(|(_, layer)| layer).collect(),
            redirect_slashes: server.as_ref().is_some_and(|server| server.redirect_slashes),
            reveal_causes: server.as_ref().is_some_and(|server| server.reveal_causes),
            body_limit: server.as_ref().map(|server| server.body_limit.bytes()),
            reaper,
            #[cfg(feature = "gateway")]
            forwarding,
            proxies: server.as_ref().map(|server| Proxies::new(&server.trusted_proxies)).unwrap_or_default(),
        };
        let frozen = freeze(&plan, Arc::clone(&container), around).await;
        let live = match frozen {
            Ok(live) => Arc::new(Core::new(live)),
            Err(fault) => {
                container.stop().await;
                return Err(Failure::Start(fault));
            }
        };
        Ok(Assembled {
            live,
            plan,
            settings,
            built,
            container,
            reaper: reaper_task,
            #[cfg(feature = "gateway")]
            reload: Some(reload),
        })
    }
}

#[cfg(feature = "gateway")]
impl App {
    /// The application once more, to be planned anew; what serves it is not needed for that.
    fn again(&self) -> Self {
        Self {
            root: self.root,
            additions: self.additions.clone(),
            layers: Vec::new(),
            mounts: Vec::new(),
            hook: None,
            metrics: self.metrics.clone(),
            dashboard: self.dashboard.clone(),
            access_log: self.access_log,
            request_id: self.request_id,
            launch: self.launch.clone(),
        }
    }
}

impl Assembled {
    /// Ends what outlives requests: their unfinished scopes, then the singletons in reverse.
    pub(crate) async fn stop(self) {
        drop(self.live);
        #[cfg(feature = "gateway")]
        drop(self.reload);
        if tokio::time::timeout(REAPER_LIMIT, self.reaper).await.is_err() {
            tracing::warn!(limit = ?REAPER_LIMIT, "requests were still being finished and were left");
        }
        self.container.stop().await;
    }
}

/// A built-in section; each is read with the rest of the configuration.
pub(crate) fn section<T: crate::config::Section>(settings: &Settings) -> Option<Config<T>> {
    settings.get::<T>()
}
