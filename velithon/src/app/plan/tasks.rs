//! Which tasks there are, and whether somebody can run them.

use std::collections::{BTreeMap, BTreeSet};

use super::providers::{asks_for, unsatisfied_by};
use super::{Graph, Input};
use crate::config::Config;
use crate::fault::{Fault, nearest};
use crate::inject::Provide;
use crate::record::Records;
use crate::task::{QueueName, Schedule, StoreKind, TaskRecord, Tasks, TasksSection, served_queues};

/// The tasks of an application.
pub(crate) struct PlannedTasks {
    /// Ordered by name.
    pub(crate) records: Vec<&'static TaskRecord>,
    /// Every queue that some worker of the application serves, ordered by name.
    pub(crate) queues: Vec<QueueName>,
    pub(crate) section: Option<Config<TasksSection>>,
    /// Whether there is a task, or somebody who enqueues.
    pub(crate) used: bool,
}

impl PlannedTasks {
    /// The queues of the store and those that are served for brokers, ordered by name.
    pub(crate) fn all_queues(&self) -> Vec<QueueName> {
        let brokers = self.section.iter().flat_map(|section| served_queues(section, &self.records));
        let all: BTreeSet<QueueName> = self.queues.iter().cloned().chain(brokers).collect();
        all.into_iter().collect()
    }
}

pub(super) fn plan(input: &Input<'_>, graph: &Graph, faults: &mut Vec<Fault>) -> PlannedTasks {
    let mut records = input.records.tasks.clone();
    records.sort_by_key(|record| (record.name, record.origin));
    let section = input.config.get::<TasksSection>();
    let used = !records.is_empty() || asks_for(input, Tasks::key());
    let given = input.additions.given.iter().any(|(key, _)| *key == Tasks::key());
    faults.extend(twice(&records));
    for record in &records {
        faults.extend(unsatisfied_by(graph, record.name, record.origin, record.dependencies));
        faults.extend(request_bound(graph, record));
        faults.extend(no_schedule(record));
        if let Some(section) = &section {
            faults.extend(no_broker(record, section));
            faults.extend(unserved(input, record, section));
        }
    }
    if let Some(section) = section.as_ref().filter(|_| used && !given) {
        faults.extend(no_store(input, section));
    }
    let queues = queues(input.records, section.as_deref());
    PlannedTasks { records, queues, section, used }
}

/// Tasks that one name, or an old one, would lead to.
fn twice(records: &[&'static TaskRecord]) -> Vec<Fault> {
    let mut seen: BTreeMap<&str, &TaskRecord> = BTreeMap::new();
    let mut faults = Vec::new();
    for record in records {
        for name in std::iter::once(&record.name).chain(record.aliases) {
            let Some(first) = seen.insert(name, record) else { continue };
            faults.push(
                Fault::new(format!("two tasks are called `{name}`"))
                    .at(first.origin, format!("`{}`", first.name))
                    .at(record.origin, format!("`{}`", record.name))
                    .why("a worker finds the function by this name")
                    .help("give one of them another `name = \"..\"`"),
            );
        }
    }
    faults
}

/// A value of a request, behind a slot where the compiler does not see it.
fn request_bound(graph: &Graph, record: &TaskRecord) -> Option<Fault> {
    graph.any_request_bound(record.dependencies).then(|| {
        let node = graph.reached(record.dependencies).into_iter().find(|edge| graph.is_request_bound(edge.node));
        let held = node.map(|edge| graph.nodes[edge.node].record);
        let fault = Fault::new(format!("the task `{}` cannot hold a value of a request", record.name));
        let fault = fault.at(record.origin, "it belongs to no request");
        let fault = held.into_iter().fold(fault, |fault, held| fault.at(held.origin, format!("`{}`", held.name)));
        fault
            .why("a task runs after the request, or without one")
            .help("bind the trait to a singleton or transient, or give the task what it needs as an argument")
    })
}

fn no_schedule(record: &TaskRecord) -> Option<Fault> {
    let error = Schedule::read(record.options.cron.as_ref()?).err()?;
    Some(
        Fault::new(format!("the schedule of `{}` cannot be followed", record.name))
            .at(record.origin, "has `cron`")
            .why(error)
            .help("name a time zone as the IANA does: `tz = \"Europe/Berlin\"`"),
    )
}

fn no_broker(record: &TaskRecord, section: &TasksSection) -> Option<Fault> {
    let broker = record.options.broker.filter(|broker| !section.brokers.contains_key(*broker))?;
    let known = nearest(broker, section.brokers.keys().map(String::as_str));
    let help = match known {
        Some(known) => format!("write `broker = \"{known}\"`, or add `[tasks.brokers.{broker}]`"),
        None => format!("add `[tasks.brokers.{broker}]` with its `url` to the configuration"),
    };
    Some(
        Fault::new(format!("the broker `{broker}` is not configured"))
            .at(record.origin, format!("`{}` goes through it", record.name))
            .why("nothing says where it is")
            .help(help),
    )
}

fn unserved(input: &Input<'_>, record: &TaskRecord, section: &TasksSection) -> Option<Fault> {
    let (queue, served) = (record.options.queue, &section.worker.queues);
    if record.options.broker.is_some() || served.is_empty() || served.iter().any(|one| one == queue) {
        return None;
    }
    let names: Vec<&str> = served.iter().map(String::as_str).collect();
    let place = input.config.tree().get("tasks.worker.queues").map(|node| node.source.to_string());
    Some(
        Fault::new(format!("no worker serves the queue `{queue}`"))
            .at(record.origin, format!("`{}` waits in it", record.name))
            .at(place.unwrap_or_default(), format!("serves {}", crate::fault::list(&names)))
            .why("the task would wait for ever")
            .help(format!("add \"{queue}\" to `queues` of `[tasks.worker]`, or leave the key out to serve all")),
    )
}

/// A store that this program was built without, or that has no address.
fn no_store(input: &Input<'_>, section: &TasksSection) -> Option<Fault> {
    let (name, feature, built) = match section.store {
        StoreKind::Memory => return None,
        StoreKind::Sqlite => ("sqlite", "tasks-sqlite", cfg!(feature = "tasks-sqlite")),
        StoreKind::Postgres => ("postgres", "tasks-postgres", cfg!(feature = "tasks-postgres")),
    };
    let fault = match input.config.tree().get("tasks.store") {
        Some(node) => Fault::new(format!("tasks cannot be kept in {name}")).at(&node.source, "chosen here"),
        None => Fault::new(format!("tasks cannot be kept in {name}")),
    };
    if !built {
        let help = format!("write `velithon = {{ .., features = [\"{feature}\"] }}` in Cargo.toml");
        return Some(fault.why("this program was built without it").help(help));
    }
    (section.store == StoreKind::Postgres && section.url.is_none()).then(|| {
        fault.why("nothing says where it is").help("set `tasks.url`, best by the environment: VELITHON_TASKS__URL")
    })
}

/// What is waited in: by tasks of the store, and by jobs that name another queue of the configuration.
fn queues(records: &Records, section: Option<&TasksSection>) -> Vec<QueueName> {
    let tasks = records.tasks.iter().filter(|record| record.options.broker.is_none());
    let mut names: BTreeSet<&str> = tasks.map(|record| record.options.queue).collect();
    names.extend(section.into_iter().flat_map(|section| section.queues.keys()).map(String::as_str));
    let served = section.map(|section| section.worker.queues.as_slice()).unwrap_or_default();
    names.extend(served.iter().map(String::as_str));
    names
        .into_iter()
        .filter(|name| served.is_empty() || served.iter().any(|one| one == name))
        .map(QueueName::from)
        .collect()
}
