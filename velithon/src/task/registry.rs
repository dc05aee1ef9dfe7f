//! The tasks of an application by name.

use std::collections::HashMap;

use super::record::TaskRecord;
use super::run::RunTask;

/// What a name means to this application; aliases lead to the same task.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    by_name: HashMap<&'static str, (&'static TaskRecord, RunTask)>,
    records: Vec<&'static TaskRecord>,
}

impl Registry {
    /// Of tasks whose names the plan has found to be distinct.
    pub(crate) fn new(records: impl IntoIterator<Item = &'static TaskRecord>) -> Self {
        let mut registry = Self { records: records.into_iter().collect(), ..Self::default() };
        for record in &registry.records {
            let Some(run) = record.run else { continue };
            for name in std::iter::once(record.name).chain(record.aliases.iter().copied()) {
                registry.by_name.insert(name, (record, run));
            }
        }
        registry
    }

    /// The task of a name, if this process can run it.
    pub(crate) fn find(&self, name: &str) -> Option<(&'static TaskRecord, RunTask)> {
        self.by_name.get(name).copied()
    }

    /// The tasks with a schedule that are kept in the store.
    pub(crate) fn scheduled(&self) -> impl Iterator<Item = &'static TaskRecord> {
        self.records.iter().copied().filter(|record| record.options.cron.is_some() && record.options.broker.is_none())
    }
}
