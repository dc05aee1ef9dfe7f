//! From planned tasks to a store and the workers of this process, and their end.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::sleep;

use super::assemble::Assembled;
use super::builtin;
use super::failure::Failure;
use super::plan::{Additions, Plan, PlannedTasks};
use super::server::{Kind, Shutdown};
use crate::fault::Fault;
use crate::inject::{Container, IntoObject, Provide};
use crate::task::store::{Durability, TaskStore};
use crate::task::{Mode, Place, QueueName, Registry, Shared, TaskMetrics, Tasks, TasksSection, Workers, open};

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
    tasks.open(Shared { store, metrics: OnceLock::new(), queues, engine: OnceLock::new() });
    Ok(())
}

/// The store alone, for a subcommand.
pub(super) async fn opened(section: &TasksSection) -> Result<Arc<dyn TaskStore>, Failure> {
    open(section).await.map_err(|error| {
        let what = format!("the {} store of tasks could not be opened", section.store.name());
        Failure::Start(Fault::new(what).at("[tasks]", "configured here").why(error.to_string()))
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
        let registry = Registry::new(self.plan.tasks.records.iter().copied());
        let settings = section.run(queues.unwrap_or(&self.plan.tasks.queues).iter().cloned());
        let (store, container) = (Arc::clone(&shared.store), Arc::clone(&self.container));
        let workers = Workers::start(store, Arc::new(registry), container, metrics, settings, place);
        let workers = workers.map_err(|error| {
            Failure::Start(Fault::new("the threads for tasks could not be started").why(error.to_string()))
        })?;
        let _ = shared.engine.set(Arc::clone(workers.engine()));
        self.workers = Some(workers);
        Ok(())
    }

    /// Ends the workers, which have a moment to finish, and closes the store.
    pub(super) async fn rest(&mut self, patience: Duration) {
        if let Some(workers) = self.workers.take() {
            workers.drain(patience, sleep(patience)).await;
        }
        if let Some(object) = self.container.ready(Tasks::key())
            && let Ok(shared) = Tasks::view(&*object).shared()
        {
            shared.store.close().await;
        }
    }
}

/// Waits for the end of the application, then for that of every running task.
pub(super) async fn drain(workers: Option<Workers>, shutdown: Shutdown, grace: Duration) {
    let Some(workers) = workers else { return };
    // One is held from the beginning, so that the end cannot come between its announcement and our hearing of it.
    let first = shutdown.hold(Kind::Task);
    shutdown.draining().await;
    workers.close();
    let engine = Arc::clone(workers.engine());
    let others = async {
        let mut held = Vec::new();
        loop {
            let more = engine.running().saturating_sub(1);
            held.truncate(more);
            held.resize_with(more, || shutdown.hold(Kind::Task));
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        _ = workers.drain(grace, shutdown.cancelled()) => {}
        () = others => {}
    }
    drop(first);
}

/// The queues of `--queues`, which have to be known.
pub(super) fn named(plan: &Plan, names: &[String]) -> Result<Vec<QueueName>, Failure> {
    let known = &plan.tasks.queues;
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
