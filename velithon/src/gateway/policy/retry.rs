//! Whether a failed attempt is followed by another one. Pure: everything that counts is in the arguments.
//!
//! The rules are those of RFC 9110, section 9.2.2: what cannot have reached the upstream may be sent again whatever it is;
//! what may have been acted upon only if it is idempotent, and only if its body can be sent once more. Nothing is retried
//! once the client has a byte of a reply.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode};
use smallvec::SmallVec;

use crate::gateway::outcome::Outcome;
use crate::gateway::random::Random;

/// Makes a request idempotent whatever its method is (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Doublings beyond which the wait is at its most anyway.
const MOST_DOUBLINGS: u32 = 16;

/// When, and how often, an attempt is repeated.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Attempts after the first, besides the one for a stale connection.
    pub(crate) retries: u32,
    /// Replies that are tried again.
    pub(crate) statuses: SmallVec<[StatusCode; 4]>,
    /// The longest wait before the first retry; it doubles with each.
    pub(crate) first_wait: Duration,
    /// The longest wait before any.
    pub(crate) most_wait: Duration,
    /// What else is tried again, by the service's own rule; methods and bodies are judged as ever.
    pub(crate) retry_if: Option<fn(&Outcome) -> bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retries: 2,
            statuses: [502, 503, 504].into_iter().filter_map(|code| StatusCode::from_u16(code).ok()).collect(),
            first_wait: Duration::from_millis(25),
            most_wait: Duration::from_millis(250),
            retry_if: None,
        }
    }
}

/// How far a request had got when its attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// No byte was written.
    Nothing,
    /// Some were: the upstream may have acted upon them.
    Some,
}

/// Whether the body of a request can be sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// There is none, nobody has read from it, or all that was read is kept.
    Whole,
    /// A part is gone.
    Consumed,
}

/// An attempt that ended, as the decision sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) outcome: Outcome,
    /// Retries before this attempt, without those of stale connections.
    pub(crate) retries: u32,
    /// Whether this exchange has had its one extra attempt for a stale connection.
    pub(crate) stale_before: bool,
    pub(crate) sent: Sent,
    pub(crate) body: Body,
    /// Whether doing it twice is like doing it once: [`is_idempotent`].
    pub(crate) idempotent: bool,
    /// Whether the client has a byte of a reply.
    pub(crate) answered: bool,
    /// What is left of the total limit; nothing when there is none.
    pub(crate) left: Option<Duration>,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Its outcome is the answer.
    Answer(Why),
    /// Another attempt, after a wait.
    Again {
        /// How long to wait.
        wait: Duration,
        /// Whether it must be a connection that was never used; the target stays the same then, else another comes first.
        fresh: bool,
    },
}

/// Why there is no other attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The outcome is not one that is tried again.
    Final,
    /// It might have been, but for the method, the body, or a reply that has begun.
    Unsafe,
    /// All retries were made.
    Exhausted,
    /// The budget of the upstream is spent: counted as `budget`.
    Budget,
    /// The wait would outlast the total limit.
    Deadline,
}

/// Whether the request may be acted upon twice: by its method (RFC 9110, section 9.2.2) or its `Idempotency-Key`.
pub(crate) fn is_idempotent(method: &Method, headers: &HeaderMap) -> bool {
    method.is_idempotent() || headers.contains_key(IDEMPOTENCY_KEY)
}

/// Decides; `withdraw` takes a retry out of the budget and is asked last, when nothing else stands against it.
pub(crate) fn decide(
    settings: &Settings,
    attempt: &Attempt,
    withdraw: impl FnOnce() -> bool,
    random: &mut impl Random,
) -> Decision {
    match kind(settings, attempt) {
        Kind::Final => Decision::Answer(Why::Final),
        _ if attempt.answered || attempt.body == Body::Consumed => Decision::Answer(Why::Unsafe),
        Kind::Written if !attempt.idempotent => Decision::Answer(Why::Unsafe),
        _ if attempt.outcome == Outcome::StaleConnection && !attempt.stale_before => {
            Decision::Again { wait: Duration::ZERO, fresh: true }
        }
        _ if attempt.retries >= settings.retries => Decision::Answer(Why::Exhausted),
        _ => again(settings, attempt, withdraw, random),
    }
}

/// What the outcome alone says.
enum Kind {
    Final,
    /// The upstream has not acted upon it.
    Untouched,
    /// It may have.
    Written,
}

fn kind(settings: &Settings, attempt: &Attempt) -> Kind {
    let outcome = attempt.outcome;
    match outcome {
        Outcome::ClientGone | Outcome::ClientFault => Kind::Final,
        Outcome::Refused => Kind::Untouched,
        _ if outcome.is_connect_type() => Kind::Untouched,
        Outcome::StaleConnection | Outcome::Reset if attempt.sent == Sent::Nothing => Kind::Untouched,
        Outcome::StaleConnection | Outcome::Reset => Kind::Written,
        Outcome::Ok(status) if settings.statuses.contains(&status) => Kind::Written,
        _ if settings.retry_if.is_some_and(|wanted| wanted(&outcome)) => Kind::Written,
        _ => Kind::Final,
    }
}

fn again(
    settings: &Settings,
    attempt: &Attempt,
    withdraw: impl FnOnce() -> bool,
    random: &mut impl Random,
) -> Decision {
    let wait = wait(settings, attempt.retries, random);
    if attempt.left.is_some_and(|left| wait >= left) {
        Decision::Answer(Why::Deadline)
    } else if withdraw() {
        Decision::Again { wait, fresh: false }
    } else {
        Decision::Answer(Why::Budget)
    }
}

/// Full jitter: anything from nothing to the longest wait, which doubles with each retry.
fn wait(settings: &Settings, retries: u32, random: &mut impl Random) -> Duration {
    let most = settings.first_wait.saturating_mul(1 << retries.min(MOST_DOUBLINGS)).min(settings.most_wait);
    most.mul_f64(random.unit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::outcome::Phase;
    use crate::gateway::random::Seeded;

    fn attempt(outcome: Outcome) -> Attempt {
        Attempt {
            outcome,
            retries: 0,
            stale_before: false,
            sent: Sent::Some,
            body: Body::Whole,
            idempotent: true,
            answered: false,
            left: None,
        }
    }

    fn decided(attempt: &Attempt) -> Decision {
        decide(&Settings::default(), attempt, || true, &mut Seeded::new(1))
    }

    fn is_again(attempt: &Attempt) -> bool {
        matches!(decided(attempt), Decision::Again { .. })
    }

    const UNAVAILABLE: Outcome = Outcome::Ok(StatusCode::SERVICE_UNAVAILABLE);

    #[test]
    fn what_never_reached_the_upstream_is_sent_again_whatever_its_method() {
        for outcome in [
            Outcome::ConnectFailed,
            Outcome::TlsFailed,
            Outcome::Timeout(Phase::Connect),
            Outcome::Timeout(Phase::Tls),
            Outcome::Refused,
        ] {
            assert!(is_again(&Attempt { idempotent: false, sent: Sent::Nothing, ..attempt(outcome) }));
        }
    }

    // Regression 29: a POST is never sent twice after a byte of it was written.
    #[test]
    fn a_post_is_never_sent_twice_after_a_byte_of_it_was_written() {
        for outcome in [Outcome::StaleConnection, Outcome::Reset, UNAVAILABLE] {
            assert_eq!(decided(&Attempt { idempotent: false, ..attempt(outcome) }), Decision::Answer(Why::Unsafe));
        }
    }

    #[test]
    fn a_stale_connection_costs_neither_a_retry_nor_budget_and_is_forgiven_once() {
        let stale = Attempt { retries: 2, ..attempt(Outcome::StaleConnection) };
        let spent = || decide(&Settings::default(), &stale, || false, &mut Seeded::new(1));
        assert_eq!(spent(), Decision::Again { wait: Duration::ZERO, fresh: true });
        assert_eq!(decided(&Attempt { stale_before: true, ..stale }), Decision::Answer(Why::Exhausted));
    }

    #[test]
    fn a_body_that_is_gone_is_not_sent_again() {
        let gone = |outcome| Attempt { body: Body::Consumed, ..attempt(outcome) };
        assert_eq!(decided(&gone(Outcome::Refused)), Decision::Answer(Why::Unsafe));
        assert_eq!(decided(&gone(UNAVAILABLE)), Decision::Answer(Why::Unsafe));
    }

    #[test]
    fn a_reply_that_has_begun_is_the_answer() {
        assert_eq!(decided(&Attempt { answered: true, ..attempt(Outcome::Reset) }), Decision::Answer(Why::Unsafe));
    }

    #[test]
    fn only_the_listed_statuses_are_tried_again() {
        assert!(is_again(&attempt(UNAVAILABLE)));
        assert_eq!(decided(&attempt(Outcome::Ok(StatusCode::INTERNAL_SERVER_ERROR))), Decision::Answer(Why::Final));
        assert_eq!(decided(&attempt(Outcome::Timeout(Phase::FirstByte))), Decision::Answer(Why::Final));
        assert_eq!(decided(&attempt(Outcome::ClientGone)), Decision::Answer(Why::Final));
    }

    #[test]
    fn a_rule_of_the_service_adds_outcomes_but_not_methods() {
        let settings = Settings { retry_if: Some(|outcome| *outcome == Outcome::Protocol), ..Settings::default() };
        let decided = |attempt| decide(&settings, &attempt, || true, &mut Seeded::new(1));
        assert!(matches!(decided(attempt(Outcome::Protocol)), Decision::Again { .. }));
        let post = Attempt { idempotent: false, ..attempt(Outcome::Protocol) };
        assert_eq!(decided(post), Decision::Answer(Why::Unsafe));
    }

    #[test]
    fn retries_end_with_their_number_the_budget_and_the_deadline() {
        let failed = attempt(Outcome::ConnectFailed);
        assert_eq!(decided(&Attempt { retries: 2, ..failed }), Decision::Answer(Why::Exhausted));
        let spent = decide(&Settings::default(), &failed, || false, &mut Seeded::new(1));
        assert_eq!(spent, Decision::Answer(Why::Budget));
        assert_eq!(decided(&Attempt { left: Some(Duration::ZERO), ..failed }), Decision::Answer(Why::Deadline));
    }

    #[test]
    fn waits_are_drawn_from_a_range_that_doubles_to_its_most() {
        let (settings, mut random) = (Settings::default(), Seeded::new(3));
        for (retries, most) in [(0, 25), (1, 50), (2, 100), (3, 200), (4, 250), (40, 250)] {
            let waits: Vec<_> = (0..500).map(|_| wait(&settings, retries, &mut random)).collect();
            let longest = waits.iter().max().expect("waits");
            assert!(*longest <= Duration::from_millis(most) && *longest > Duration::from_millis(most * 9 / 10));
            assert!(*waits.iter().min().expect("waits") < Duration::from_millis(most / 10));
        }
    }

    #[test]
    fn an_idempotency_key_makes_a_post_repeatable() {
        let mut headers = HeaderMap::new();
        assert!(!is_idempotent(&Method::POST, &headers));
        assert!(is_idempotent(&Method::PUT, &headers));
        headers.insert(IDEMPOTENCY_KEY, http::HeaderValue::from_static("\"8e03\""));
        assert!(is_idempotent(&Method::POST, &headers));
    }
}
