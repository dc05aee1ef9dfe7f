//! Which tasks are meant, as the parameters of a statement.

use uuid::Uuid;

use super::json::text;
use super::link::{Param, ids};
use crate::task::id::TaskId;
use crate::task::store::{Result, TaskFilter};

/// A filter; ids are a range besides, so that a few of them are found by the index.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    ids: Option<String>,
    first: String,
    last: String,
    states: Option<String>,
    name: Option<String>,
    queue: Option<String>,
    reason: Option<&'static str>,
}

impl Filter {
    pub(super) fn new(filter: &TaskFilter) -> Result<Self> {
        let named = filter.ids.iter().map(|id| id.uuid());
        let after = filter.after.map_or(Uuid::nil(), next);
        let first = named.clone().min().map_or(after, |least| least.max(after));
        let states: Vec<&str> = filter.states.iter().map(|state| state.name()).collect();
        Ok(Self {
            ids: if filter.ids.is_empty() { None } else { Some(ids(named.clone())?) },
            first: first.to_string(),
            last: named.max().unwrap_or(Uuid::max()).to_string(),
            states: if states.is_empty() { None } else { Some(text(&states)?) },
            name: filter.name.clone(),
            queue: filter.queue.clone(),
            reason: filter.reason.map(|reason| reason.name()),
        })
    }

    /// The same filter behind a task.
    pub(super) fn behind(&self, id: TaskId) -> Self {
        Self { first: next(id).to_string(), ..self.clone() }
    }

    /// `$1` to `$7`, and `$8` for how many.
    pub(super) fn params(&self, most: i64) -> [Param<'_>; 8] {
        [
            Param::MaybeText(self.ids.as_deref()),
            Param::Text(&self.first),
            Param::Text(&self.last),
            Param::MaybeText(self.states.as_deref()),
            Param::MaybeText(self.name.as_deref()),
            Param::MaybeText(self.queue.as_deref()),
            Param::MaybeText(self.reason),
            Param::Int(most),
        ]
    }
}

/// The least id behind this one.
fn next(id: TaskId) -> Uuid {
    Uuid::from_u128(id.uuid().as_u128().saturating_add(1))
}
