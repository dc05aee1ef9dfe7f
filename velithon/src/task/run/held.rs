//! The tasks that this process has: what the lease thread renews and watches.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::task::context::TaskContext;
use crate::task::id::TaskId;
use crate::task::store::ClaimRef;

/// One task that runs here.
#[derive(Debug, Clone)]
pub(super) struct HeldTask {
    pub(super) at: ClaimRef,
    pub(super) name: std::borrow::Cow<'static, str>,
    pub(super) context: TaskContext,
    /// Until when the store knows that it is held, on this host's clock.
    pub(super) lease_until: Instant,
}

/// Every task that runs here, by id.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<TaskId, HeldTask>>);

impl Held {
    fn table(&self) -> MutexGuard<'_, HashMap<TaskId, HeldTask>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, tasks: impl IntoIterator<Item = HeldTask>) {
        self.table().extend(tasks.into_iter().map(|task| (task.at.id, task)));
    }

    /// Takes away what has ended; a later claim of the same task stays.
    pub(super) fn remove(&self, claims: impl IntoIterator<Item = ClaimRef>) {
        let mut table = self.table();
        for claim in claims {
            if table.get(&claim.id).is_some_and(|task| task.at == claim) {
                table.remove(&claim.id);
            }
        }
    }

    pub(super) fn all(&self) -> Vec<HeldTask> {
        self.table().values().cloned().collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.table().len()
    }

    /// Notes that the leases of these are longer now.
    pub(super) fn renewed(&self, claims: impl IntoIterator<Item = ClaimRef>, until: Instant) {
        let mut table = self.table();
        for claim in claims {
            if let Some(task) = table.get_mut(&claim.id).filter(|task| task.at == claim) {
                task.lease_until = until;
            }
        }
    }

    /// Asks a task of this process to stop.
    pub(crate) fn cancel(&self, id: TaskId) {
        if let Some(task) = self.table().get(&id) {
            task.context.cancel();
        }
    }

    pub(super) fn cancel_all(&self) {
        self.table().values().for_each(|task| task.context.cancel());
    }
}
