//! Tasks exchanged with Python's Celery, in its own wire format: message protocol 2.
#![doc = include_str!("../../docs/celery.md")]
//!
//! [`RedisStore`] and (with the feature `celery-amqp`) `AmqpStore` are stores like any other to those who enqueue and
//! run. A task in one of the queues that are served here waits, runs and ends under leases and fences; one in any
//! other queue is sent to whoever consumes that queue, and what is known of it is what Celery keeps as its result.

#[cfg(feature = "celery-amqp")]
mod amqp;
mod body;
mod chain;
mod control;
mod describe;
mod envelope;
mod message;
mod moment;
mod priority;
mod redis;
mod result;
mod settings;
#[cfg(test)]
mod tests;
mod typed;

use std::sync::LazyLock;

#[cfg(feature = "celery-amqp")]
pub use amqp::AmqpStore;
pub use body::{Body, Embed};
pub use chain::{Link, Next, Options, after_failure, after_success};
pub use control::Revoke;
pub use envelope::{Carried, DeliveryInfo, Headers, Message, Properties, Refused};
pub use redis::RedisStore;
pub use result::{Status, TaskMeta};
pub use settings::{CelerySettings, KnownTask};

/// Process and host, as Celery writes where a message comes from.
fn origin() -> &'static str {
    static ORIGIN: LazyLock<String> = LazyLock::new(|| {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.or_else(|| std::env::var("HOSTNAME").ok());
        let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty()).unwrap_or("localhost");
        format!("{}@{host}", std::process::id())
    });
    &ORIGIN
}
