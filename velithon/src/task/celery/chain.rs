//! What follows a task: the rest of its chain, its callbacks, and what is called when it failed.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::to_raw_value;
use uuid::Uuid;

use super::body::{Body, Embed};
use super::envelope::{Headers, Message, Properties};
use super::moment;
use crate::task::Timestamp;

/// A task that is yet to be called, as Celery writes its signatures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// The name of the task.
    pub task: String,
    /// Its arguments, which come behind the result.
    #[serde(default)]
    pub args: Vec<Value>,
    /// Its named arguments.
    #[serde(default)]
    pub kwargs: serde_json::Map<String, Value>,
    /// Queue, id, priority and the like.
    #[serde(default)]
    pub options: Options,
    /// `group`, `chain` or `chord` for what is more than one task.
    #[serde(default)]
    pub subtask_type: Option<String>,
    /// Whether it takes no result.
    #[serde(default)]
    pub immutable: bool,
}

/// What `apply_async` was given for a task that follows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Options {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    routing_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    countdown: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ignore_result: Option<bool>,
    /// What is passed on unread.
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// A task that is called because another ended.
#[derive(Debug, Clone)]
pub struct Next {
    /// The queue it goes to.
    pub queue: String,
    /// The message.
    pub message: Message,
}

/// What is called when a task has ended well: its callbacks, then the next of its chain.
pub fn after_success(ended: &Message, result: &Value, default_queue: &str, now: Timestamp) -> Vec<Next> {
    let embed = &ended.body.embed;
    let callbacks = embed.callbacks.iter().flatten();
    let mut next: Vec<Next> =
        callbacks.map(|link| link.called(ended, result, Embed::default(), default_queue, now)).collect();
    if let Some((link, rest)) = embed.chain.as_deref().and_then(<[Link]>::split_last) {
        let chain = (!rest.is_empty()).then(|| rest.to_vec());
        // Whoever waits for the chain waits for its last task, and the errbacks of a chain hold for each of them.
        let embed = Embed { chain, errbacks: embed.errbacks.clone(), ..Embed::default() };
        next.push(link.called(ended, result, embed, default_queue, now));
    }
    next
}

/// What is called with a task's id when it has failed for good.
pub fn after_failure(ended: &Message, default_queue: &str, now: Timestamp) -> Vec<Next> {
    let id = Value::from(ended.headers.id.clone());
    let errbacks = ended.body.embed.errbacks.iter().flatten();
    errbacks.map(|link| link.called(ended, &id, Embed::default(), default_queue, now)).collect()
}

impl Link {
    fn called(&self, by: &Message, result: &Value, embed: Embed, default_queue: &str, now: Timestamp) -> Next {
        let options = &self.options;
        let queue = options.queue.as_ref().or(options.routing_key.as_ref());
        let queue = queue.map_or_else(|| default_queue.to_owned(), String::clone);
        let id = options.task_id.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
        let result = (!self.immutable).then_some(result);
        let args: Vec<&Value> = result.into_iter().chain(&self.args).collect();
        let mut properties = Properties::new(id.clone(), &queue, options.priority.unwrap_or(0).min(9));
        if let Some(reply_to) = options.reply_to.as_ref().and_then(|text| text.parse().ok()) {
            properties.reply_to = reply_to;
        }
        let mut headers = Headers::new(self.task.clone(), id);
        headers.root_id.clone_from(&by.headers.root_id);
        headers.parent_id = Some(by.headers.id.clone());
        headers.traceparent.clone_from(&by.headers.traceparent);
        headers.group.clone_from(&options.group_id);
        headers.ignore_result = options.ignore_result.unwrap_or(false);
        headers.eta = options.countdown.and_then(|wait| eta(wait, now));
        headers.described(args.iter().copied(), &self.kwargs);
        // Numbers, texts, lists and maps: there is nothing that JSON cannot say.
        let args = to_raw_value(&args).unwrap_or_default();
        let body = Body { args, kwargs: self.kwargs.clone(), embed };
        Next { queue, message: Message { headers, body, properties } }
    }
}

fn eta(wait: f64, now: Timestamp) -> Option<String> {
    Duration::try_from_secs_f64(wait).ok().map(|wait| moment::write(now + wait))
}

impl Headers {
    /// The headers of a first attempt, without arguments for people.
    pub fn new(task: String, id: String) -> Self {
        Self {
            lang: Cow::Borrowed("py"),
            task,
            root_id: Some(id.clone()),
            id,
            shadow: None,
            eta: None,
            expires: None,
            group: None,
            group_index: None,
            retries: 0,
            timelimit: (None, None),
            parent_id: None,
            argsrepr: "()".to_owned(),
            kwargsrepr: "{}".to_owned(),
            origin: super::origin().to_owned(),
            ignore_result: false,
            replaced_task_nesting: 0,
            stamped_headers: None,
            stamps: serde_json::Map::new(),
            traceparent: None,
            compression: None,
            velithon: None,
            redelivered: None,
        }
    }
}
