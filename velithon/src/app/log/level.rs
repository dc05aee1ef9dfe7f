//! `log.level`: which events are written.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tracing_subscriber::filter::{LevelFilter, Targets};

/// Which events are written: a level, or targets with levels of their own, `shop=debug,warn`.
///
/// Targets and levels only: filters of spans and fields would bring a regex engine into every program.
#[derive(Debug, Clone)]
pub(crate) struct Levels(Targets);

impl Default for Levels {
    fn default() -> Self {
        Self::from(LevelFilter::INFO)
    }
}

impl Levels {
    /// Events of every target from this level up.
    pub(crate) fn from(level: LevelFilter) -> Self {
        Self(Targets::new().with_default(level))
    }

    /// As a filter of `tracing-subscriber`.
    pub(crate) fn targets(&self) -> &Targets {
        &self.0
    }
}

impl FromStr for Levels {
    type Err = String;

    /// Stricter than the filters of `tracing`, which take a misspelt level for the name of a target, and then write nothing
    /// but that.
    fn from_str(text: &str) -> Result<Self, String> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        for part in text.split(',').map(str::trim) {
            let (target, level) = part.rsplit_once('=').map_or((None, part), |(target, level)| (Some(target), level));
            if target.is_some_and(|target| target.is_empty() || target.contains('=')) {
                return Err(format!("`{part}` is no target with its level, such as `shop=debug`"));
            }
            if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
                return Err(format!("`{level}` is no level; the levels are {}", crate::fault::list(&LEVELS)));
            }
        }
        text.parse().map(Self).map_err(|error| format!("`{text}` is no filter: {error}"))
    }
}

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Levels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Levels>().map_or_else(|reason| reason, |levels| format!("{levels:?} is accepted"))
    }

    #[test]
    fn levels_and_targets_are_read() {
        for text in ["info", "OFF", "shop=debug,warn", "shop::orders=trace, hyper=off"] {
            assert!(text.parse::<Levels>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_with_the_reason() {
        assert_eq!(refused("a=b=c"), "`a=b=c` is no target with its level, such as `shop=debug`");
        let levels = "the levels are `off`, `error`, `warn`, `info`, `debug` and `trace`";
        assert_eq!(refused("inof"), format!("`inof` is no level; {levels}"));
        assert_eq!(refused("shop=loud,warn"), format!("`loud` is no level; {levels}"));
        assert_eq!(refused(""), format!("`` is no level; {levels}"));
    }
}
