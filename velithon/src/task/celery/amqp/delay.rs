//! Delays: queues that nobody consumes, whose messages go on to the target when their time is over.
//!
//! RabbitMQ looks at the time of the first message of a queue only, so a queue has one delay for all that is in it. Delays
//! are rounded up, by a tenth of a second or one in a hundred, whichever is more, to keep the queues few; each goes away
//! when it has not been used for a minute longer than its delay.

use std::time::Duration;

use lapin::types::{AMQPValue, FieldTable};

use super::link::Link;
use crate::task::celery::envelope::Message;
use crate::task::store::Result;

/// How long an unused queue is left beyond its delay, in milliseconds.
const UNUSED: u64 = 60_000;

/// The longest delay that one queue has; what is later comes back in between.
const LONGEST: u64 = 20 * 24 * 3_600_000;

/// Sends a message to a queue after a while, and returns when it is safe.
pub(super) async fn publish(link: &Link, queue: &str, message: &Message, wait: Duration) -> Result<()> {
    let wait = rounded(u64::try_from(wait.as_millis()).unwrap_or(LONGEST).min(LONGEST));
    let name = format!("velithon.delay.{queue}.{wait}");
    let mut about = FieldTable::default();
    about.insert("x-message-ttl".into(), number(wait));
    about.insert("x-expires".into(), number(wait + UNUSED));
    about.insert("x-dead-letter-exchange".into(), AMQPValue::LongString("".into()));
    about.insert("x-dead-letter-routing-key".into(), AMQPValue::LongString(queue.into()));
    link.declare_with(&name, about).await?;
    // A time to live of its own would end it here instead of where it goes.
    let mut message = message.clone();
    message.properties.expiration = None;
    link.publish(&name, &message).await
}

fn number(milliseconds: u64) -> AMQPValue {
    AMQPValue::LongLongInt(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

/// Up to the next step: at least a tenth of a second, at most one in a hundred.
fn rounded(milliseconds: u64) -> u64 {
    let step = (10u64.pow(milliseconds.max(1).ilog10()) / 100).max(100);
    milliseconds.max(1).div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_never_shorter_and_at_most_a_hundredth_longer() {
        for wait in [1, 99, 100, 101, 999, 12_345, 59_999, 3_600_001, LONGEST] {
            let rounded = rounded(wait);
            assert!(rounded >= wait, "{wait}: {rounded}");
            assert!(rounded - wait < 100.max(wait / 100 + 1), "{wait}: {rounded}");
        }
    }
}
