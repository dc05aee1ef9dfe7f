//! From a task that is to be kept to the message that carries it, and from a message to what a worker needs.

use std::time::Duration;

use super::body::Body;
use super::envelope::{Headers, Message, Properties, Refused};
use super::moment;
use super::settings::{CelerySettings, KnownTask};
use crate::task::Timestamp;
use crate::task::store::NewTask;

impl Message {
    /// The message of a task; one that is served here leaves a result only when the task keeps one.
    pub(super) fn of(task: &NewTask, settings: &CelerySettings, priority: u8) -> Result<Self, Refused> {
        let body = Body::of(&task.payload)?;
        let id = task.id.to_string();
        let mut headers = Headers::new(task.name.clone().into_owned(), id.clone());
        // Asked to stop when nine tenths are over, as here; Python's soft limit raises in the task.
        let limit = task.timeout.as_secs_f64();
        headers.timelimit = (Some(limit), Some(limit * 0.9));
        headers.traceparent.clone_from(&task.trace);
        let now = Timestamp::now();
        headers.expires = task.expires.map(|within| moment::write(now + within));
        headers.ignore_result = task.result.is_none() && settings.serves(&task.queue);
        let shown: Vec<serde_json::Value> = serde_json::from_str(body.args.get()).unwrap_or_default();
        headers.described(shown.iter(), &body.kwargs);
        let mut properties = Properties::new(id, &task.queue, priority);
        properties.expiration = task.expires.map(|within| within.as_millis().to_string());
        Ok(Self { headers, body, properties })
    }

    /// How long one attempt may take: the hard limit of the sender, or else the task's own.
    pub(super) fn timeout(&self, known: Option<&KnownTask>) -> Duration {
        let own = known.map_or(Duration::from_secs(300), |known| known.timeout);
        self.headers.timelimit.0.and_then(|limit| Duration::try_from_secs_f64(limit).ok()).unwrap_or(own)
    }

    /// Why the task is not to run now, at this time.
    pub(super) fn delay(&self, now: Timestamp) -> Option<Delay> {
        match (self.expires(), self.eta()) {
            (Some(expires), _) if expires <= now => Some(Delay::Expired),
            (_, Some(eta)) if eta > now => Some(Delay::Until(eta)),
            _ => None,
        }
    }
}

/// Why a task does not run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delay {
    /// It is of no use any more.
    Expired,
    /// It is too early.
    Until(Timestamp),
}
