//! A message of Celery's protocol 2, as Redis carries it: read from JSON, written as JSON.
//!
//! What cannot be run here is refused in words and never guessed at: other content types (pickle runs code when it is
//! read), compressed bodies, chords. What a newer Celery adds is let through unread.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::body::Body;
use super::moment;
use crate::task::Timestamp;

/// A message: what is called, with what, and how it is carried.
#[derive(Debug, Clone)]
pub struct Message {
    /// What is called, and under which conditions.
    pub headers: Headers,
    /// With what.
    pub body: Body,
    /// How it is carried.
    pub properties: Properties,
}

/// The headers, in the order in which Celery writes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Headers {
    /// The language of the sender; Celery's worker wants `py`.
    #[serde(default, deserialize_with = "or_default")]
    pub lang: Cow<'static, str>,
    /// The name of the task.
    pub task: String,
    /// The id of the task: a UUID as text.
    pub id: String,
    /// Another name to show.
    #[serde(default)]
    pub shadow: Option<String>,
    /// When it may first run: RFC 3339.
    #[serde(default)]
    pub eta: Option<String>,
    /// When it is of no use any more: RFC 3339.
    #[serde(default)]
    pub expires: Option<String>,
    /// The group it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// Its place in the group.
    #[serde(default)]
    pub group_index: Option<u64>,
    /// Attempts before this one.
    #[serde(default, deserialize_with = "or_default")]
    pub retries: u32,
    /// Hard and soft limit of one attempt, in seconds.
    #[serde(default, deserialize_with = "or_default")]
    pub timelimit: (Option<f64>, Option<f64>),
    /// The first task of the workflow.
    #[serde(default)]
    pub root_id: Option<String>,
    /// The task that sent this one.
    #[serde(default)]
    pub parent_id: Option<String>,
    /// The arguments, for people.
    #[serde(default, deserialize_with = "or_default")]
    pub argsrepr: String,
    /// The named arguments, for people.
    #[serde(default, deserialize_with = "or_default")]
    pub kwargsrepr: String,
    /// Process and host of the sender.
    #[serde(default, deserialize_with = "or_default")]
    pub origin: String,
    /// Whether nobody asks for the result.
    #[serde(default, deserialize_with = "or_default")]
    pub ignore_result: bool,
    /// How often the task was replaced by another.
    #[serde(default, deserialize_with = "or_default")]
    pub replaced_task_nesting: u32,
    /// Which headers are stamps.
    #[serde(default)]
    pub stamped_headers: Option<Vec<String>>,
    /// The stamps.
    #[serde(default, deserialize_with = "or_default")]
    pub stamps: serde_json::Map<String, Value>,
    /// The W3C trace that the sender belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// How the body is compressed; such a body is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// What goes with a message of ours from one attempt to the next, where nothing else keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velithon: Option<Carried>,
    /// Whether a consumer was lost with it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redelivered: Option<bool>,
}

/// What goes with a message from one attempt to the next on RabbitMQ.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Carried {
    /// Workers that were lost with it.
    #[serde(default)]
    pub crashes: u32,
    /// Results of the steps that are done.
    #[serde(default)]
    pub steps: serde_json::Map<String, Value>,
}

/// How a message is carried. The tag is not optional: a Python worker that pops a message without one loses it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Properties {
    /// The id of the task again.
    pub correlation_id: String,
    /// Where a result over `rpc://` would go.
    pub reply_to: Uuid,
    /// 2: kept on disk.
    pub delivery_mode: u8,
    /// How long it may wait, in milliseconds as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
    /// Where it was sent.
    pub delivery_info: DeliveryInfo,
    /// From 0, in the order of the transport.
    pub priority: u8,
    /// `base64`
    pub body_encoding: Cow<'static, str>,
    /// What the consumer acknowledges.
    pub delivery_tag: Uuid,
}

/// Where a message was sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeliveryInfo {
    /// The exchange; empty for the one that knows queues by name.
    pub exchange: String,
    /// The queue.
    pub routing_key: String,
}

/// Why a message cannot be run here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// It is not of the form of a message.
    Malformed(String),
    /// Its body is neither JSON nor anything that is read here.
    ContentType(String),
    /// Its body is not UTF-8 text.
    Encoding(String),
    /// Its body is compressed.
    Compressed(String),
    /// Its id is no UUID.
    Id(String),
    /// It is part of a chord.
    Chord,
    /// What follows it is more than a task: `group`, `chain` or `chord`.
    Canvas(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "this is no message of Celery's protocol 2: {why}"),
            Self::ContentType(kind) => write!(
                f,
                "the body is `{kind}`, and only `application/json` is read here, since reading pickle or yaml can run code; \
                 help: set `task_serializer = \"json\"` where it is sent"
            ),
            Self::Encoding(name) => write!(f, "the body is encoded as `{name}`, and only `utf-8` is read here"),
            Self::Compressed(how) => write!(
                f,
                "the body is compressed as `{how}`, which is not read here; help: unset `task_compression` where it is sent"
            ),
            Self::Id(id) => write!(f, "the id `{id}` is no UUID; help: leave `task_id` to Celery where it is sent"),
            Self::Canvas(kind) => write!(
                f,
                "a {kind} follows the task, which only Celery itself can call; help: let a Python task come before the {kind}"
            ),
            Self::Chord => f.write_str(
                "the task is part of a chord, whose counting is Celery's own: run here, the chord would never end; help: let a \
                 Python task be the member that calls this one",
            ),
        }
    }
}

impl std::error::Error for Refused {}

/// The outermost form, with the body still encoded.
#[derive(Deserialize)]
struct Incoming<'m> {
    #[serde(borrow)]
    body: Cow<'m, str>,
    #[serde(rename = "content-encoding", default)]
    content_encoding: Option<String>,
    #[serde(rename = "content-type", default)]
    content_type: Option<String>,
    headers: Value,
    #[serde(default)]
    properties: IncomingProperties,
}

/// What other senders may leave out.
#[derive(Default, Deserialize)]
struct IncomingProperties {
    #[serde(default)]
    reply_to: Option<String>,
    #[serde(default)]
    expiration: Option<Value>,
    #[serde(default)]
    delivery_info: DeliveryInfo,
    #[serde(default)]
    priority: Option<i64>,
    #[serde(default)]
    body_encoding: Option<String>,
    #[serde(default)]
    delivery_tag: Option<String>,
}

#[derive(Serialize)]
struct Outgoing<'m> {
    body: String,
    #[serde(rename = "content-encoding")]
    content_encoding: &'static str,
    #[serde(rename = "content-type")]
    content_type: &'static str,
    headers: &'m Headers,
    properties: &'m Properties,
}

impl Message {
    /// Reads a message as Redis carries it.
    ///
    /// # Errors
    /// Why it cannot be run here.
    pub fn from_json(text: &[u8]) -> Result<Self, Refused> {
        let incoming: Incoming<'_> = serde_json::from_slice(text).map_err(malformed)?;
        let headers = headers(incoming.headers)?;
        readable(incoming.content_type.as_deref(), incoming.content_encoding.as_deref(), &headers)?;
        let body = match incoming.properties.body_encoding.as_deref() {
            Some("base64") => BASE64.decode(incoming.body.as_bytes()).map_err(malformed)?,
            None => incoming.body.into_owned().into_bytes(),
            Some(other) => return Err(Refused::Encoding(other.to_owned())),
        };
        let properties = incoming.properties.complete(&headers.id);
        Ok(Self { body: Body::from_json(&body)?, headers, properties })
    }

    /// Reads a message whose parts a transport keeps apart, as AMQP does.
    ///
    /// # Errors
    /// Why it cannot be run here.
    pub fn from_parts(
        content_type: Option<&str>,
        content_encoding: Option<&str>,
        fields: Value,
        body: &[u8],
        properties: Properties,
    ) -> Result<Self, Refused> {
        let headers = headers(fields)?;
        readable(content_type, content_encoding, &headers)?;
        Ok(Self { body: Body::from_json(body)?, headers, properties })
    }

    /// The message as Redis carries it.
    pub fn to_json(&self) -> Vec<u8> {
        let outgoing = Outgoing {
            body: BASE64.encode(self.body.to_json()),
            content_encoding: "utf-8",
            content_type: "application/json",
            headers: &self.headers,
            properties: &self.properties,
        };
        // Maps with keys of text and numbers that were JSON before: there is nothing that JSON cannot say.
        serde_json::to_vec(&outgoing).unwrap_or_default()
    }

    /// When it may first run; nothing for at once.
    pub fn eta(&self) -> Option<Timestamp> {
        self.headers.eta.as_deref().and_then(moment::read)
    }

    /// When it is of no use any more.
    pub fn expires(&self) -> Option<Timestamp> {
        self.headers.expires.as_deref().and_then(moment::read)
    }
}

impl Properties {
    /// Properties with a new tag, for a queue known by its name.
    pub fn new(correlation_id: String, queue: &str, priority: u8) -> Self {
        Self {
            correlation_id,
            reply_to: Uuid::now_v7(),
            delivery_mode: 2,
            expiration: None,
            delivery_info: DeliveryInfo { exchange: String::new(), routing_key: queue.to_owned() },
            priority,
            body_encoding: Cow::Borrowed("base64"),
            delivery_tag: Uuid::now_v7(),
        }
    }
}

impl IncomingProperties {
    fn complete(self, id: &str) -> Properties {
        let uuid = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or_else(Uuid::now_v7);
        Properties {
            correlation_id: id.to_owned(),
            reply_to: uuid(self.reply_to),
            delivery_mode: 2,
            expiration: self.expiration.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            delivery_info: self.delivery_info,
            priority: u8::try_from(self.priority.unwrap_or(0).clamp(0, 9)).unwrap_or(0),
            body_encoding: Cow::Borrowed("base64"),
            delivery_tag: uuid(self.delivery_tag),
        }
    }
}

/// Null as what is left out: `send_task` writes it where it does not know the task.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn headers(fields: Value) -> Result<Headers, Refused> {
    let headers: Headers = serde_json::from_value(fields).map_err(malformed)?;
    match Uuid::try_parse(&headers.id) {
        Ok(_) => Ok(headers),
        Err(_) => Err(Refused::Id(headers.id)),
    }
}

/// Whether the body may be looked at.
fn readable(content_type: Option<&str>, encoding: Option<&str>, headers: &Headers) -> Result<(), Refused> {
    match (content_type, encoding, headers.compression.as_deref()) {
        (kind, _, _) if kind != Some("application/json") => Err(Refused::ContentType(kind.unwrap_or("").to_owned())),
        (_, _, Some(how)) => Err(Refused::Compressed(how.to_owned())),
        (_, Some(name), _) if !name.eq_ignore_ascii_case("utf-8") => Err(Refused::Encoding(name.to_owned())),
        _ => Ok(()),
    }
}

pub(super) fn malformed(error: impl fmt::Display) -> Refused {
    Refused::Malformed(error.to_string())
}
