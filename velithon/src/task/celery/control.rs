//! Revocations: told to every worker that listens now, Python's and ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::envelope::DeliveryInfo;

/// The exchange over which every worker hears what is said to all.
pub(super) const EXCHANGE: &str = "celery.pidbox";

/// A revocation: these tasks are not to run, and with `terminate` not to go on either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// The tasks.
    pub ids: Vec<String>,
    /// Whether those that run are to be stopped.
    pub terminate: bool,
}

#[derive(Serialize, Deserialize)]
struct Command {
    method: String,
    #[serde(default)]
    arguments: Value,
    destination: Option<Vec<String>>,
    pattern: Option<String>,
    matcher: Option<String>,
}

#[derive(Deserialize)]
struct Arguments {
    task_id: OneOrMany,
    #[serde(default)]
    terminate: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Incoming {
    body: String,
    #[serde(default)]
    properties: BodyEncoding,
}

#[derive(Default, Deserialize)]
struct BodyEncoding {
    #[serde(default)]
    body_encoding: Option<String>,
}

impl Revoke {
    /// The channel of a Redis database on which workers listen.
    pub(super) fn channel(database: i64) -> String {
        format!("/{database}.{EXCHANGE}")
    }

    /// The command alone, as RabbitMQ carries it.
    pub fn to_body(&self) -> Vec<u8> {
        let ids = match self.ids.as_slice() {
            [one] => json!(one),
            many => json!(many),
        };
        let command = Command {
            method: "revoke".to_owned(),
            arguments: json!({ "task_id": ids, "terminate": self.terminate, "signal": "SIGTERM" }),
            destination: None,
            pattern: None,
            matcher: None,
        };
        serde_json::to_vec(&command).unwrap_or_default()
    }

    /// The message as Redis carries it.
    pub fn to_json(&self) -> Vec<u8> {
        let delivery_info = DeliveryInfo { exchange: EXCHANGE.to_owned(), routing_key: String::new() };
        let message = json!({
            "body": BASE64.encode(self.to_body()),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": { "clock": 1, "expires": null },
            "properties": {
                "delivery_mode": 2,
                "delivery_info": delivery_info,
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": Uuid::now_v7(),
            },
        });
        serde_json::to_vec(&message).unwrap_or_default()
    }

    /// Reads a command; nothing for another than a revocation, and for one that is meant for workers by name.
    pub fn from_body(body: &[u8]) -> Option<Self> {
        let command: Command = serde_json::from_slice(body).ok()?;
        let to_all = command.destination.is_none() && command.pattern.is_none();
        if !to_all || !matches!(command.method.as_str(), "revoke" | "terminate") {
            return None;
        }
        let arguments: Arguments = serde_json::from_value(command.arguments).ok()?;
        let ids = match arguments.task_id {
            OneOrMany::One(id) => vec![id],
            OneOrMany::Many(ids) => ids,
        };
        let terminate = command.method == "terminate" || arguments.terminate.unwrap_or(false);
        Some(Self { ids, terminate })
    }

    /// Reads a message as Redis carries it; nothing for what is no revocation.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        let incoming: Incoming = serde_json::from_slice(text).ok()?;
        match incoming.properties.body_encoding.as_deref() {
            Some("base64") => Self::from_body(&BASE64.decode(incoming.body).ok()?),
            _ => Self::from_body(incoming.body.as_bytes()),
        }
    }
}
