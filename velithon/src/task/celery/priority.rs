//! Priorities as the transports order them: Redis serves 0 first, RabbitMQ 9 first.

use crate::task::TaskPriority;

/// What separates a queue's name from a priority in the name of a list.
const SEPARATOR: &str = "\x06\x16";

/// The priority of a message on Redis: 0, 3, 6 or 9.
pub(super) fn redis(priority: TaskPriority) -> u8 {
    priority.level() * 3
}

/// What a priority of a message on Redis means; kombu puts one that lies between two steps to the lower one.
#[cfg(any(test, feature = "celery-amqp"))]
pub(super) fn from_redis(priority: u8) -> TaskPriority {
    TaskPriority::from_level(i64::from(priority / 3).min(3))
}

/// The list in which a message of this priority waits.
pub(super) fn list(queue: &str, priority: u8) -> String {
    match priority / 3 * 3 {
        0 => queue.to_owned(),
        step => format!("{queue}{SEPARATOR}{}", step.min(9)),
    }
}

/// The priority of a message on RabbitMQ: 9, 6, 3 or 0.
#[cfg(feature = "celery-amqp")]
pub(super) fn amqp(priority: TaskPriority) -> u8 {
    9 - redis(priority)
}

/// What a priority of a message on RabbitMQ means; a message without one has 0, the least.
#[cfg(feature = "celery-amqp")]
pub(super) fn from_amqp(priority: u8) -> TaskPriority {
    from_redis(9 - priority.min(9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_is_first_on_either_transport() {
        let both = TaskPriority::ALL.map(redis);
        assert_eq!(both, [0, 3, 6, 9]);
        for priority in TaskPriority::ALL {
            assert_eq!(from_redis(redis(priority)), priority);
        }
    }

    #[cfg(feature = "celery-amqp")]
    #[test]
    fn rabbitmq_counts_the_other_way_round() {
        assert_eq!(TaskPriority::ALL.map(amqp), [9, 6, 3, 0]);
        for priority in TaskPriority::ALL {
            assert_eq!(from_amqp(amqp(priority)), priority);
        }
        assert_eq!(from_amqp(0), TaskPriority::Low);
        assert_eq!(from_amqp(255), TaskPriority::Critical);
    }

    #[test]
    fn a_priority_between_two_steps_waits_at_the_lower_one() {
        assert_eq!(list("celery", 0), "celery");
        assert_eq!(list("celery", 5), "celery\x06\x163");
        assert_eq!(list("celery", 9), "celery\x06\x169");
        assert_eq!(from_redis(5), TaskPriority::High);
    }
}
