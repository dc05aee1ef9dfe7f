//! The limits of the phases of an exchange, and which of them passes first.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::config::duration;
use crate::gateway::outcome::Phase;
use crate::gateway::time::Moment;

/// The limits of an upstream; nothing is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// Making a connection.
    pub(crate) connect: Option<Duration>,
    /// The TLS handshake.
    pub(crate) tls: Option<Duration>,
    /// From the last byte of the request to the first of the reply.
    pub(crate) first_byte: Option<Duration>,
    /// Between two reads of a body, in each direction.
    pub(crate) idle: Option<Duration>,
    /// The whole exchange.
    pub(crate) total: Option<Duration>,
    /// Instead of `idle`, over both directions, for what is meant to last: tunnels, event streams and gRPC.
    pub(crate) stream_idle: Option<Duration>,
    /// How long such a stream may go on after its target was removed.
    pub(crate) stream_close_delay: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        Self {
            connect: seconds(2),
            tls: seconds(5),
            first_byte: seconds(30),
            idle: seconds(60),
            total: None,
            stream_idle: seconds(600),
            stream_close_delay: seconds(300),
        }
    }
}

impl Timeouts {
    /// The limits once an exchange has become a stream that is meant to last: no total but the one the client asked for
    /// (`grpc-timeout`), and the idle time of streams.
    pub(crate) fn of_stream(self, asked: Option<Duration>) -> Self {
        Self { idle: self.stream_idle, total: asked, ..self }
    }

    /// When the limit of a phase that began at `phase_began` passes, and of which phase the timeout is then: the total
    /// limit may be the earlier one.
    #[inline]
    pub(crate) fn end(&self, phase: Phase, phase_began: Moment, exchange_began: Moment) -> Option<(Moment, Phase)> {
        let own = self.limit(phase).map(|limit| (phase_began + limit, phase));
        let total = self.total.map(|limit| (exchange_began + limit, Phase::Total));
        match (own, total) {
            (Some(own), Some(total)) => Some(if total.0 < own.0 { total } else { own }),
            (own, total) => own.or(total),
        }
    }

    /// What is left of the total limit.
    pub(crate) fn left(&self, exchange_began: Moment, now: Moment) -> Option<Duration> {
        self.total.map(|limit| (exchange_began + limit).since(now))
    }

    const fn limit(&self, phase: Phase) -> Option<Duration> {
        match phase {
            Phase::Connect => self.connect,
            Phase::Tls => self.tls,
            Phase::FirstByte => self.first_byte,
            Phase::Idle => self.idle,
            Phase::Total => self.total,
            // The queue has its own, which counts before anything else does.
            Phase::Queue => None,
        }
    }
}

/// A limit as it is written: a duration, or `"off"` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<Duration>);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as \"30s\", or \"off\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Limit, E> {
                if text == "off" {
                    return Ok(Limit(None));
                }
                match duration::parse(text).map_err(E::custom)? {
                    limit if limit.is_zero() => {
                        Err(E::custom("a limit of `0s` lets nothing through; write `\"off\"` for none"))
                    }
                    limit => Ok(Limit(Some(limit))),
                }
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment::from_micros(millis * 1000)
    }

    #[test]
    fn the_earlier_of_phase_and_total_ends_it() {
        let timeouts = Timeouts { total: Some(Duration::from_secs(10)), ..Timeouts::default() };
        assert_eq!(timeouts.end(Phase::Connect, at(1000), at(0)), Some((at(3000), Phase::Connect)));
        assert_eq!(timeouts.end(Phase::FirstByte, at(3000), at(0)), Some((at(10_000), Phase::Total)));
        assert_eq!(timeouts.left(at(0), at(9000)), Some(Duration::from_secs(1)));
        assert_eq!(timeouts.left(at(0), at(11_000)), Some(Duration::ZERO));
    }

    #[test]
    fn a_stream_has_no_total_but_the_one_the_client_asked_for() {
        let timeouts = Timeouts { total: Some(Duration::from_secs(10)), ..Timeouts::default() };
        let stream = timeouts.of_stream(None);
        assert_eq!(stream.end(Phase::Idle, at(0), at(0)), Some((at(600_000), Phase::Idle)));
        let asked = timeouts.of_stream(Some(Duration::from_secs(1)));
        assert_eq!(asked.end(Phase::Idle, at(500), at(0)), Some((at(1000), Phase::Total)));
    }

    #[test]
    fn off_is_no_limit_and_zero_is_a_mistake() {
        let read = |text: &str| serde_json::from_value::<Limit>(text.into());
        assert_eq!(read("off").ok(), Some(Limit(None)));
        assert_eq!(read("2s").ok(), Some(Limit(Some(Duration::from_secs(2)))));
        assert!(read("0s").unwrap_err().to_string().contains("\"off\""));
    }
}
