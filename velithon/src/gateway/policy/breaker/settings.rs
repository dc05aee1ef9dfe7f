//! The setting `breaker`: `"default"`, `"classic"`, `"off"`, or a table of what differs from the default.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::config::duration;
use crate::gateway::policy::window;

/// When a breaker opens and closes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) rule: Rule,
    /// How long it stays open the first time.
    pub(crate) open: Duration,
    /// How long at most; the time doubles with each reopening.
    pub(crate) most_open: Duration,
    /// Whether the time is varied by a fifth, so that several gateways do not try at once.
    pub(crate) jitter: bool,
    /// Requests that may try the upstream at once.
    pub(crate) probes: u8,
    /// How many of them must go well.
    pub(crate) successes: u8,
    /// Whether a 500 is a failure.
    pub(crate) count_500: bool,
}

/// What opens a breaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// Nothing.
    Off,
    /// A share of failures among enough requests, or connections that fail in a row.
    Ratio {
        /// From 0 to 1.
        ratio: f64,
        /// With fewer requests in the window nothing is decided.
        least: u32,
        /// The while that is looked at.
        window: Duration,
        /// Failed connections in a row.
        connects: u32,
    },
    /// Failures in a row.
    Row(u32),
}

impl Settings {
    /// Nothing is ever refused.
    pub(crate) fn off() -> Self {
        Self { rule: Rule::Off, ..Self::default() }
    }

    /// Five failures in a row open for a minute.
    pub(crate) fn classic() -> Self {
        let minute = Duration::from_secs(60);
        Self { rule: Rule::Row(5), open: minute, most_open: minute, jitter: false, ..Self::default() }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::default()),
            "classic" => Some(Self::classic()),
            "off" => Some(Self::off()),
            _ => None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let window = Duration::from_secs(10);
        Self {
            rule: Rule::Ratio { ratio: 0.5, least: 20, window, connects: 5 },
            open: Duration::from_secs(5),
            most_open: Duration::from_secs(60),
            jitter: true,
            probes: 3,
            successes: 2,
            count_500: false,
        }
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A breaker as a table; what is left out is as in the default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    ratio: Option<Share>,
    min: Option<u32>,
    #[serde(default, with = "duration")]
    window: Option<Duration>,
    open: Option<Span>,
    probes: Option<u8>,
    successes: Option<u8>,
    #[serde(default)]
    count_500: bool,
}

impl Table {
    fn settings<E: de::Error>(self) -> Result<Settings, E> {
        let default = Settings::default();
        let window = self.window.unwrap_or(Duration::from_secs(10));
        if window < Duration::from_secs(1) || window > window::LONGEST {
            return Err(E::custom("the window of a breaker is from 1s to 10m; write `window = \"10s\"`"));
        }
        if self.probes == Some(0) || self.successes == Some(0) || self.min == Some(0) {
            return Err(E::custom(
                "`min`, `probes` and `successes` of a breaker are at least 1; `breaker = \"off\"` has none",
            ));
        }
        let (open, most_open) = self.open.map_or((default.open, default.most_open), |span| (span.0, span.1));
        let ratio = self.ratio.map_or(0.5, |share| share.0);
        let rule = Rule::Ratio { ratio, least: self.min.unwrap_or(20), window, connects: 5 };
        let probes = self.probes.unwrap_or(default.probes);
        let successes = self.successes.unwrap_or(default.successes);
        Ok(Settings { rule, open, most_open, probes, successes, count_500: self.count_500, ..default })
    }
}

struct Written;

impl<'de> de::Visitor<'de> for Written {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "\"default\", \"classic\", \"off\", or a table such as { ratio = \"50%\", min = 20, open = \"5s..60s\" }",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Settings, E> {
        Settings::named(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Settings, A::Error> {
        Table::deserialize(de::value::MapAccessDeserializer::new(map))?.settings()
    }
}

/// `"5s..60s"`, or `"5s"` for a time that does not grow.
struct Span(Duration, Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let read = |text: &str| duration::parse(text).map_err(de::Error::custom);
        let (least, most) = text.split_once("..").unwrap_or((&text, &text));
        let span = Self(read(least)?, read(most)?);
        let wrong = span.0.is_zero() || span.0 > span.1 || span.1 > Duration::from_secs(86_400);
        let error = "the time a breaker is open rises, from more than 0s to 1d at most; write `open = \"5s..60s\"`";
        if wrong { Err(de::Error::custom(error)) } else { Ok(span) }
    }
}

/// `"50%"`, or `0.5`.
struct Share(f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::gateway::policy::split::share(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Settings, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn the_three_names_are_read() {
        assert_eq!(read("\"default\""), Ok(Settings::default()));
        assert_eq!(read("\"classic\""), Ok(Settings::classic()));
        assert_eq!(read("\"off\""), Ok(Settings::off()));
    }

    #[test]
    fn a_table_changes_only_what_it_names() {
        let read = read(r#"{ "ratio": "30%", "open": "1s..8s", "count_500": true }"#).expect("settings");
        let Rule::Ratio { ratio, least, .. } = read.rule else { panic!("no ratio") };
        assert_eq!(
            (ratio, least, read.open, read.most_open),
            (0.3, 20, Duration::from_secs(1), Duration::from_secs(8))
        );
        assert!(read.count_500 && read.probes == 3);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert!(read("\"fast\"").unwrap_err().contains("expected \"default\""));
        assert!(read(r#"{ "open": "60s..5s" }"#).unwrap_err().contains("rises"));
        assert!(read(r#"{ "probes": 0 }"#).unwrap_err().contains("at least 1"));
        assert!(read(r#"{ "window": "1h" }"#).unwrap_err().contains("10m"));
        assert!(read(r#"{ "ration": 0.5 }"#).unwrap_err().contains("ration"));
    }
}
