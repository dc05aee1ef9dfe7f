//! From planned tasks to a store and the workers of this process, and their end.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::sleep;

use super::assemble::Assembled;
use super::builtin;
use super::failure::Failure;
use super::plan::{Additions, Plan, PlannedTasks};
use super::server::{Kind, Shutdown};
use crate::fault::Fault;
use crate::inject::{Container, IntoObject, Provide};
use crate::task::store::{Durability, TaskStore};
use crate::task::{
    BackgroundWork, Mode, Place, QueueName, Registry, Shared, TaskMetrics, Tasks, TasksSection, Workers, open,
    open_brokers,
};

/// What `main` adds, and the value behind `Inject<Tasks>`; one that was given by hand stays.
pub(super) fn with_tasks(mut additions: Additions) -> Additions {
    if !additions.given.iter().any(|(given, _)| *given == Tasks::key()) {
        additions.given.push((Tasks::key(), IntoObject::<Tasks>::into_object(Tasks::unopened())));
    }
    additions
}

/// Opens the store of an application that has tasks, before its providers, which may enqueue some.
pub(super) async fn connect(plan: &PlannedTasks, container: &Container) -> Result<(), Failure> {
    let (Some(section), Some(object)) = (&plan.section, container.ready(Tasks::key())) else { return Ok(()) };
    let tasks = Tasks::view(&*object);
    if !plan.used || tasks.shared().is_ok() {
        return Ok(());
    }
    let store = opened(section).await?;
    warn_of_memory(&*store);
    let queues = plan.queues.clone();
    let brokers = open_brokers(section, &plan.records).await.map_err(|error| {
        let fault = Fault::new("a broker of tasks could not be opened").at("[tasks.brokers]", "configured here");
        Failure::Start(fault.why(error.to_string()))
    })?;
    tasks.open(Shared { store, metrics: OnceLock::new(), queues, engine: OnceLock::new(), brokers });
    Ok(())
}

/// The store alone, for a subcommand.
pub(super) async fn opened(section: &TasksSection) -> Result<Arc<dyn TaskStore>, Failure> {
    open(section).await.map_err(|error| {
        let what = format!("the {} store of tasks could not be opened", section.store.name());
        let place = Fault::new(what).at("[tasks]", "configured here").why(error.to_string());
        Failure::Start(place.help(error.help().unwrap_or_default()))
    })
}

fn warn_of_memory(store: &dyn TaskStore) {
    if store.durability() == Durability::Ephemeral && !cfg!(debug_assertions) {
        tracing::warn!("tasks are kept in memory and lost with this process; `[tasks] store = \"sqlite\"` keeps them");
    }
}

impl Assembled {
    /// Starts the workers of this process: for all queues, or for those that are named.
    pub(super) fn work(&mut self, place: Place, queues: Option<&[QueueName]>) -> Result<(), Failure> {
        let Some(object) = self.container.ready(Tasks::key()) else { return Ok(()) };
        let tasks = Tasks::view(&*object);
        let (Some(section), Ok(shared)) = (&self.plan.tasks.section, tasks.shared()) else { return Ok(()) };
        let metrics = Arc::new(TaskMetrics::new(builtin::metered(&self.plan, &self.container)));
        let _ = shared.metrics.set(Arc::clone(&metrics));
        if queues.is_none() && section.worker.mode == Mode::Off {
            return Ok(());
        }
        let registry = Arc::new(Registry::new(self.plan.tasks.records.iter().copied()));
        let own = (&shared.store, &self.plan.tasks.queues, &shared.engine);
        let brokers = shared.brokers.values().filter(|broker| !broker.queues.is_empty());
        let brokers = brokers.map(|broker| (&broker.store, &broker.queues, &broker.engine));
        for (store, all, engine) in std::iter::once(own).chain(brokers) {
            let wanted = all.iter().filter(|queue| queues.is_none_or(|wanted| wanted.contains(queue)));
            let settings = section.run(wanted.cloned());
            let (store, container) = (Arc::clone(store), Arc::clone(&self.container));
            let workers =
                Workers::start(store, Arc::clone(&registry), container, Arc::clone(&metrics), settings, place);
            let workers = workers.map_err(|error| {
                Failure::Start(Fault::new("the threads for tasks could not be started").why(error.to_string()))
            })?;
            let _ = engine.set(Arc::clone(workers.engine()));
            self.workers.push(workers);
        }
        Ok(())
    }

    /// Lets the end of the application wait for background work.
    pub(super) fn keep_background(&self, shutdown: &Shutdown) {
        if let Some(object) = self.container.ready(BackgroundWork::key()) {
            let shutdown = shutdown.clone();
            BackgroundWork::view(&*object).until(move || Box::new(shutdown.hold(Kind::Background)));
        }
    }

    /// Ends the workers, which have a moment to finish, and closes the store.
    pub(super) async fn rest(&mut self, patience: Duration) {
        let workers = std::mem::take(&mut self.workers);
        join_all(workers.into_iter().map(|workers| workers.drain(patience, sleep(patience)))).await;
        if let Some(object) = self.container.ready(Tasks::key())
            && let Ok(shared) = Tasks::view(&*object).shared()
        {
            shared.store.close().await;
            for broker in shared.brokers.values() {
                broker.store.close().await;
            }
        }
    }
}

/// Waits for the end of the application, then for that of every running task.
pub(super) async fn drain(workers: Vec<Workers>, shutdown: Shutdown, grace: Duration) {
    if workers.is_empty() {
        return;
    }
    // One is held from the beginning, so that the end cannot come between its announcement and our hearing of it.
    let first = shutdown.hold(Kind::Task);
    shutdown.draining().await;
    workers.iter().for_each(Workers::close);
    let engines: Vec<_> = workers.iter().map(|workers| Arc::clone(workers.engine())).collect();
    let others = async {
        let mut held = Vec::new();
        loop {
            let more = engines.iter().map(|engine| engine.running()).sum::<usize>().saturating_sub(1);
            held.truncate(more);
            held.resize_with(more, || shutdown.hold(Kind::Task));
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        _ = join_all(workers.into_iter().map(|workers| workers.drain(grace, shutdown.cancelled()))) => {}
        () = others => {}
    }
    drop(first);
}

/// The queues of `--queues`, which have to be known.
pub(super) fn named(plan: &Plan, names: &[String]) -> Result<Vec<QueueName>, Failure> {
    let known = &plan.tasks.all_queues();
    let unknown = names.iter().find(|name| !known.iter().any(|queue| **queue == ***name));
    match unknown {
        None if names.is_empty() => Ok(known.clone()),
        None => Ok(names.iter().map(|name| QueueName::from(name.as_str())).collect()),
        Some(name) => {
            let queues: Vec<&str> = known.iter().map(|queue| &**queue).collect();
            let fault = Fault::new(format!("there is no queue `{name}`")).at("--queues", "named here");
            Err(Failure::Plan(vec![
                fault
                    .why(format!("the queues of this application are {}", crate::fault::list(&queues)))
                    .help("name one of them, or leave `--queues` out to serve all"),
            ]))
        }
    }
}
