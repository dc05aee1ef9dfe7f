//! Reloading: upstreams and gateways go on with what the configuration says now, and no request notices.
//!
//! SIGHUP asks for it, or a change of the file where `[server] reload` says how often to look. Everything is read and
//! planned anew first; a fault anywhere, or a change that a running service cannot follow, and all stays as it was.
//! Other sections than these two count from the next start.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::App;
use super::gateways::Forwarding;
use super::plan::{Gateways, PlannedGateway};
use crate::fault::Fault;
use crate::gateway::{GatewayRoute, Hub, Upkeep};

/// What is reloaded, and all that it is made of.
pub(crate) struct Reload {
    /// The application as it was planned, without what was given away to serve it.
    app: App,
    planned: Gateways,
    hub: Arc<Hub>,
    /// In the order of the plan.
    routes: Vec<Arc<GatewayRoute>>,
    upkeep: Upkeep,
}

impl Reload {
    pub(crate) fn new(app: App, planned: Gateways, forwarding: &Forwarding, upkeep: Upkeep) -> Self {
        let (hub, routes) = (Arc::clone(&forwarding.hub), forwarding.routes.clone());
        Self { app, planned, hub, routes, upkeep }
    }

    /// Reloads whenever it is asked to, for as long as this runs. `every` is the time between two looks at the file.
    ///
    /// It listens from the call on, not from the first poll: whoever is told that the service runs may send a hangup at
    /// once, and one that nobody listens for ends the program.
    pub(crate) fn run(self, every: Option<Duration>) -> impl Future<Output = ()> + Send {
        // A hangup ends a service that has nothing to reload, as it ends other programs.
        let asked = self.hub.iter().next().is_some().then(|| (Hangups::listen(), self.watch(every)));
        async move {
            match asked {
                Some((hangups, file)) => self.whenever(hangups, file).await,
                None => std::future::pending().await,
            }
        }
    }

    fn watch(&self, every: Option<Duration>) -> Watch {
        let mut file = Watch { path: self.app.launch.file(), seen: None, every };
        file.seen = file.stamp();
        file
    }

    async fn whenever(mut self, mut hangups: Hangups, mut file: Watch) {
        loop {
            tokio::select! {
                () = hangups.next() => {}
                () = file.changed() => {}
            }
            match self.once().await {
                Ok(()) => tracing::info!("upstreams and gateways go on with the configuration as it is now"),
                Err(faults) => {
                    let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
                    tracing::error!("the configuration cannot be reloaded; the service goes on as before\n{faults}");
                }
            }
        }
    }

    /// Reads, checks everything, and only then changes anything.
    ///
    /// # Errors
    /// Everything that is wrong, or that needs a restart.
    pub(crate) async fn once(&mut self) -> Result<(), Vec<Fault>> {
        let planned = self.plan()?;
        let faults = needs_restart(&self.planned, &planned);
        if !faults.is_empty() {
            return Err(faults);
        }
        let routes = self.routes(&planned)?;
        for one in planned.upstreams.iter().flatten() {
            self.upkeep.configure(&one.name, one.settings.clone()).await.map_err(|fault| vec![fault])?;
        }
        for (route, next) in self.routes.iter().zip(routes) {
            route.replace(next);
        }
        self.planned = planned;
        Ok(())
    }

    /// The plan of the configuration as it is now.
    fn plan(&mut self) -> Result<Gateways, Vec<Fault>> {
        self.app.launch = self.app.launch.again();
        match self.app.plan() {
            Ok((_, plan)) => Ok(plan.gateways),
            Err(super::Failure::Plan(faults)) => Err(faults),
            Err(failure) => Err(vec![Fault::new(format!("{failure:?}"))]),
        }
    }

    /// The routes to be, once every upstream's files were seen to be readable.
    fn routes(&self, planned: &Gateways) -> Result<Vec<Arc<GatewayRoute>>, Vec<Fault>> {
        let mut faults = Vec::new();
        for one in planned.upstreams.iter().flatten() {
            let checked = self.hub.named(&one.name).map(|state| state.check(&one.settings));
            faults.extend(checked.and_then(Result::err));
        }
        let mut routes = Vec::new();
        for one in &planned.gateways {
            match GatewayRoute::new(&one.site(), &one.settings, one.upstream, &self.hub) {
                Ok(route) => routes.push(Arc::new(route)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(routes) } else { Err(faults) }
    }
}

/// What a running service cannot follow.
fn needs_restart(before: &Gateways, after: &Gateways) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut restart = |what: String, place: &str| {
        let help = "restart the service for it, or undo the change";
        faults.push(Fault::new(format!("{what} needs a restart")).at(place, "").help(help));
    };
    let (old, new) = (names(before), names(after));
    for (name, place) in new.iter().filter(|(name, _)| !old.iter().any(|(known, _)| known == name)) {
        restart(format!("the new {name}"), place);
    }
    for (name, place) in old.iter().filter(|(name, _)| !new.iter().any(|(known, _)| known == name)) {
        restart(format!("the {name}, which is no longer there,"), place);
    }
    for one in &before.gateways {
        let Some(other) = after.gateways.iter().find(|other| other.name == one.name) else { continue };
        for key in changed(one, other, before, after) {
            restart(format!("`{key}` of the gateway `{}` has changed; that", one.name), &other.place);
        }
    }
    faults
}

/// Every upstream and gateway, with its place.
fn names(planned: &Gateways) -> Vec<(String, &str)> {
    let upstreams = planned.upstreams.iter().flatten().map(|one| (format!("upstream `{}`", one.name), &*one.place));
    let gateways = planned.gateways.iter().map(|one| (format!("gateway `{}`", one.name), &*one.place));
    upstreams.chain(gateways).collect()
}

/// The keys that decide which requests come to a gateway and where they go.
fn changed(
    one: &PlannedGateway,
    other: &PlannedGateway,
    before: &Gateways,
    after: &Gateways,
) -> impl Iterator<Item = &'static str> {
    let upstream = |planned: &Gateways, index: usize| {
        planned.upstreams.get(index).and_then(Option::as_ref).map(|upstream| upstream.name.clone())
    };
    let differs = [
        ("path", one.path != other.path),
        ("methods", one.methods != other.methods),
        ("upstream", upstream(before, one.upstream) != upstream(after, other.upstream)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key)
}

/// Hangups of the terminal, by which a service manager says "read your configuration".
struct Hangups(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

impl Hangups {
    #[cfg(unix)]
    fn listen() -> Self {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        let untold = |error: &std::io::Error| tracing::warn!(%error, "SIGHUP cannot be heard");
        Self(signal.inspect_err(untold).ok())
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self()
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// The configuration file, looked at now and then.
struct Watch {
    path: Option<std::path::PathBuf>,
    seen: Option<(SystemTime, u64)>,
    every: Option<Duration>,
}

impl Watch {
    /// Resolves when the file is another one than before; a file that is gone for a moment is not looked at.
    async fn changed(&mut self) {
        let Some(every) = self.every.filter(|every| !every.is_zero()) else { return std::future::pending().await };
        loop {
            tokio::time::sleep(every).await;
            let stamp = self.stamp();
            if stamp.is_some() && stamp != self.seen {
                self.seen = stamp;
                return;
            }
        }
    }

    fn stamp(&self) -> Option<(SystemTime, u64)> {
        let metadata = std::fs::metadata(self.path.as_ref()?).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}
