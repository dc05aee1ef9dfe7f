//! `retries` and `retry_budget`.

use http::StatusCode;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::gateway::policy::{budget, retry, split};

/// `retry_budget = { ratio = "20%", per_second = 10 }`
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct RetryBudget {
    #[serde(deserialize_with = "split::share")]
    ratio: f64,
    per_second: u32,
}

impl RetryBudget {
    /// What the budget is told.
    pub(super) fn settings(self) -> budget::Settings {
        let Self { ratio, per_second } = self;
        budget::Settings { ratio, per_second, ..budget::Settings::default() }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        let budget::Settings { ratio, per_second, .. } = budget::Settings::default();
        Self { ratio, per_second }
    }
}

/// `retries = 2`, or `retries(count = 2, status = [502, 503])`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retries {
    count: u32,
    status: Option<Vec<StatusCode>>,
}

impl Retries {
    /// No attempt but the first.
    pub(crate) const NONE: Self = Self { count: 0, status: None };

    /// These rules upon others.
    pub(crate) fn over(&self, below: retry::Settings) -> retry::Settings {
        let statuses = self.status.as_ref().map(|own| own.iter().copied().collect());
        retry::Settings { retries: self.count, statuses: statuses.unwrap_or(below.statuses), ..below }
    }
}

impl<'de> Deserialize<'de> for Retries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[serde(default = "two")]
            count: u32,
            status: Option<Vec<u16>>,
        }
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Retries;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number such as 2, or a table such as { count = 2, status = [502, 503] }")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Retries, E> {
                let count = u32::try_from(count).map_err(|_| E::custom("nobody waits for so many retries"))?;
                Ok(Retries { count, status: None })
            }

            fn visit_i64<E: de::Error>(self, count: i64) -> Result<Retries, E> {
                match u64::try_from(count) {
                    Ok(count) => self.visit_u64(count),
                    Err(_) => Err(E::custom("a number of retries is not negative")),
                }
            }

            // A number out of the environment is text that has no type yet.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Retries, E> {
                match text.parse() {
                    Ok(count) => Ok(Retries { count, status: None }),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Retries, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let code =
                    |code| StatusCode::from_u16(code).map_err(|_| de::Error::custom(format!("`{code}` is no status")));
                let status = table.status.map(|codes| codes.into_iter().map(code).collect()).transpose()?;
                Ok(Retries { count: table.count, status })
            }
        }
        deserializer.deserialize_any(Written)
    }
}

const fn two() -> u32 {
    2
}
