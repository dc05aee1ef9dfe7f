//! `health = "/health"`, or the whole table.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::config::duration;
use crate::gateway::policy::health;

/// `health = "/health"`, or `health(path = "/health", every = "10s", ..)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthSettings(pub(crate) health::Settings);

impl<'de> Deserialize<'de> for HealthSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            path: Option<String>,
            #[serde(default, with = "duration")]
            every: Option<Duration>,
            #[serde(default, with = "duration")]
            timeout: Option<Duration>,
            expect: Option<Expected>,
            up: Option<u32>,
            down: Option<u32>,
        }
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = HealthSettings;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path such as \"/health\", or a table such as { path = \"/health\", every = \"10s\" }")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<HealthSettings, E> {
                checked(health::Settings { path: path.to_owned(), ..health::Settings::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HealthSettings, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let default = health::Settings::default();
                checked(health::Settings {
                    path: table.path.unwrap_or(default.path),
                    every: table.every.unwrap_or(default.every),
                    timeout: table.timeout.unwrap_or(default.timeout),
                    expect: table.expect.map_or(default.expect, |expected| expected.0),
                    up: table.up.unwrap_or(default.up),
                    down: table.down.unwrap_or(default.down),
                })
            }
        }
        deserializer.deserialize_any(Written)
    }
}

fn checked<E: de::Error>(settings: health::Settings) -> Result<HealthSettings, E> {
    if !settings.path.starts_with('/') || settings.path.parse::<http::uri::PathAndQuery>().is_err() {
        return Err(E::custom("the path of a health check begins with a slash: `health = \"/health\"`"));
    }
    if settings.every.is_zero() || settings.timeout.is_zero() || settings.up == 0 || settings.down == 0 {
        return Err(E::custom("`every`, `timeout`, `up` and `down` of a health check are more than nothing"));
    }
    Ok(HealthSettings(settings))
}

/// `expect = 204`, or `expect = "200..299"`.
struct Expected((u16, u16));

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Expected;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a status such as 200, or a range such as \"200..299\"")
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<Expected, E> {
                self.visit_str(&code.to_string())
            }

            fn visit_i64<E: de::Error>(self, code: i64) -> Result<Expected, E> {
                self.visit_str(&code.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Expected, E> {
                let (first, last) = text.split_once("..").unwrap_or((text, text));
                let last = last.trim_start_matches('=');
                match (first.trim().parse(), last.trim().parse()) {
                    (Ok(first), Ok(last)) if 100 <= first && first <= last && last <= 599 => {
                        Ok(Expected((first, last)))
                    }
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Written)
    }
}
