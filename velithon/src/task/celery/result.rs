//! Results as Celery keeps them: `celery-task-meta-<id>`, set for a day and told to whoever listens on the same name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::envelope::Headers;
use super::moment;
use crate::task::state::{End, TaskState};
use crate::task::store::Outcome;
use crate::task::{TaskId, Timestamp};

/// How long a result is kept where the task does not say otherwise, in seconds.
pub(super) const KEPT: u64 = 86_400;

/// A result, in the order in which Celery writes its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskMeta {
    /// Where the task stands.
    pub status: Status,
    /// What it returned, or its exception.
    #[serde(default)]
    pub result: Value,
    /// Where it failed, for people.
    #[serde(default)]
    pub traceback: Option<String>,
    /// The tasks that it called: `[[[id, null], null], ..]`.
    #[serde(default)]
    pub children: Option<Value>,
    /// When it ended; RFC 3339.
    #[serde(default)]
    pub date_done: Option<String>,
    /// The task that called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// Its id.
    pub task_id: String,
}

/// Where a task stands, in Celery's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Nobody has said anything about it.
    Pending,
    /// A worker has its message.
    Received,
    /// It runs.
    Started,
    /// It will be tried again.
    Retry,
    /// It ended well.
    Success,
    /// It failed for good.
    Failure,
    /// It was called off, or came too late.
    Revoked,
    /// What a user's own code says.
    #[serde(other)]
    Other,
}

/// The exception of a failure, as Celery writes it.
#[derive(Debug, Serialize)]
struct Raised<'e> {
    exc_type: &'e str,
    exc_message: [&'e str; 1],
    exc_module: &'e str,
}

/// The name under which a result is kept and told.
pub(super) fn key(id: &str) -> String {
    format!("celery-task-meta-{id}")
}

impl TaskMeta {
    /// What is told of an attempt that ended and left its task in `state`; nothing when nobody wants to know.
    pub fn of(headers: &Headers, outcome: &Outcome, state: TaskState, children: &[String], now: Timestamp) -> Self {
        let error = outcome.error.as_deref().unwrap_or_default();
        let (status, result) = match (state, outcome.end) {
            (TaskState::Done, _) => (Status::Success, returned(outcome)),
            (TaskState::Cancelled, _) => (Status::Revoked, raised("TaskRevokedError", "revoked", "celery.exceptions")),
            (TaskState::Dead, End::Unknown { .. }) => {
                (Status::Failure, raised("NotRegistered", &headers.task, "celery.exceptions"))
            }
            (TaskState::Dead, _) => (Status::Failure, raised("TaskError", error, "velithon")),
            (TaskState::Queued | TaskState::Running, _) => (Status::Retry, raised("TaskError", error, "velithon")),
        };
        let traceback = matches!(status, Status::Failure | Status::Retry).then(|| error.to_owned());
        let children = Value::from_iter(children.iter().map(|id| serde_json::json!([[id, null], null])));
        let date_done = (status != Status::Retry).then(|| moment::write(now));
        Self { traceback, children: Some(children), date_done, ..Self::new(headers, status, result) }
    }

    /// What is told of a task that came too late.
    pub fn expired(headers: &Headers, now: Timestamp) -> Self {
        let result = raised("TaskRevokedError", "expired", "celery.exceptions");
        Self { date_done: Some(moment::write(now)), ..Self::new(headers, Status::Revoked, result) }
    }

    /// What is known of a task of which nobody has said anything yet.
    pub(super) fn pending(id: TaskId) -> Self {
        Self::new(&Headers::new(String::new(), id.to_string()), Status::Pending, Value::Null)
    }

    fn new(headers: &Headers, status: Status, result: Value) -> Self {
        Self {
            status,
            result,
            traceback: None,
            children: Some(Value::Array(Vec::new())),
            date_done: None,
            parent_id: headers.parent_id.clone(),
            group_id: headers.group.clone(),
            task_id: headers.id.clone(),
        }
    }

    /// Reads what Celery wrote.
    ///
    /// # Errors
    /// For what is no result.
    pub fn from_json(text: &[u8]) -> Result<Self, serde_json::Error> {
        let mut meta: Self = serde_json::from_slice(text)?;
        super::typed::flatten(&mut meta.result);
        Ok(meta)
    }

    /// As Celery reads it.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Where the task stands, in the words used here.
    pub fn state(&self) -> TaskState {
        match self.status {
            Status::Success => TaskState::Done,
            Status::Failure => TaskState::Dead,
            Status::Revoked => TaskState::Cancelled,
            Status::Started | Status::Other => TaskState::Running,
            Status::Pending | Status::Received | Status::Retry => TaskState::Queued,
        }
    }

    /// The error of a failure in one line: `ValueError: broken`.
    pub fn error(&self) -> Option<String> {
        let raised = self.result.as_object().filter(|_| self.status != Status::Success)?;
        let kind = raised.get("exc_type")?.as_str()?;
        let words = match raised.get("exc_message") {
            Some(Value::Array(words)) => words.iter().map(word).collect::<Vec<_>>().join(", "),
            Some(other) => word(other),
            None => String::new(),
        };
        Some(if words.is_empty() { kind.to_owned() } else { format!("{kind}: {words}") })
    }

    /// When the task ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.date_done.as_deref().and_then(moment::read)
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a task returned; one that returns nothing is `None` in Python.
fn returned(outcome: &Outcome) -> Value {
    outcome.result.as_deref().and_then(|result| serde_json::from_slice(result).ok()).unwrap_or_default()
}

fn raised(exc_type: &str, message: &str, exc_module: &str) -> Value {
    serde_json::to_value(Raised { exc_type, exc_message: [message], exc_module }).unwrap_or_default()
}
