//! What goes in.

use redis::ScriptInvocation;

use super::{Shared, scripts};
use crate::task::celery::envelope::{Message, Refused};
use crate::task::celery::priority;
use crate::task::store::{EnqueuedRow, NewTask, Result, RunAt, StoreError, StoreFault};
use crate::task::time::{Timestamp, micros};

/// How many tasks one script keeps: Redis does nothing else meanwhile.
const BATCH: usize = 250;

impl Shared {
    pub(super) async fn enqueue(&self, tasks: &[NewTask]) -> Result<Vec<EnqueuedRow>> {
        let calls = tasks.chunks(BATCH).map(|batch| self.call(batch));
        let calls = calls.collect::<Result<Vec<ScriptInvocation<'_>>>>()?;
        let mut rows = Vec::with_capacity(tasks.len());
        // They leave together over the one connection, which keeps their order.
        let connection = self.connection();
        let sent = calls.iter().map(|call| {
            let mut connection = connection.clone();
            async move { scripts::run::<Vec<(String, bool)>>(call, &mut connection).await }
        });
        for kept in futures_util::future::try_join_all(sent).await? {
            for (id, existing) in kept {
                rows.push(EnqueuedRow { id: super::row::id(&id)?, existing });
            }
        }
        Ok(rows)
    }

    fn call(&self, batch: &[NewTask]) -> Result<ScriptInvocation<'_>> {
        let mut call = scripts::ENQUEUE.prepare_invoke();
        batch.iter().try_for_each(|task| self.add(&mut call, task))?;
        Ok(call)
    }

    pub(super) async fn cron_tick(&self, name: &str, tick: Timestamp, task: Option<NewTask>) -> Result<bool> {
        let mut call = scripts::CRON_TICK.arg(name);
        call.arg(tick.micros());
        if let Some(task) = &task {
            self.add(&mut call, task)?;
        }
        scripts::run(&call, &mut self.connection()).await
    }

    /// The seventeen values that `enqueue.lua` names.
    fn add(&self, call: &mut ScriptInvocation<'_>, task: &NewTask) -> Result<()> {
        let served = self.settings.serves(&task.queue);
        if !served && task.unique.is_some() {
            return Err(no_unique(task));
        }
        let message =
            Message::of(task, &self.settings, priority::redis(task.priority)).map_err(|why| refused(task, &why))?;
        let (kind, time) = match task.run_at {
            RunAt::Now => ("after", 0),
            RunAt::After(delay) => ("after", micros(delay)),
            RunAt::At(time) => ("at", time.micros()),
        };
        let (unique, within) =
            task.unique.as_ref().map_or(("", 0), |one| (one.key.as_str(), one.within.map_or(0, micros)));
        call.arg(task.id.to_string()).arg(u8::from(served)).arg(&*task.queue).arg(task.priority.level());
        call.arg(kind).arg(time).arg(&*task.name).arg(&task.payload[..]);
        call.arg(task.max_attempts)
            .arg(task.max_crashes)
            .arg(micros(task.timeout))
            .arg(task.trace.as_deref().unwrap_or(""));
        call.arg(task.result.map(|kept| micros(kept).to_string()).unwrap_or_default()).arg(unique).arg(within);
        call.arg(message.properties.delivery_tag.to_string()).arg(message.to_json());
        Ok(())
    }
}

fn no_unique(task: &NewTask) -> StoreError {
    let text = format!(
        "`{}` goes to the queue `{}`, which workers of another kind serve, and nobody there knows of unique keys",
        task.name, task.queue
    );
    StoreError::new(StoreFault::Refused, text)
}

fn refused(task: &NewTask, why: &Refused) -> StoreError {
    StoreError::new(StoreFault::Refused, format!("`{}` cannot be sent: {why}", task.name))
}
