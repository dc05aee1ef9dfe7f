//! `split(PaymentsV2 = "5%", if_header = "x-beta: 1")` and `mirror(Shadow = "1%")`: shares of requests by upstream.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::gateway::balance::{Algorithm, Key};
use crate::gateway::policy::split::{Mark, parse_share};

/// Which requests go to another upstream.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SplitSettings {
    /// The keys of the others, each with its share from 0 to 1.
    pub(crate) to: Vec<(String, f64)>,
    /// Makes the choice the same for the same key.
    pub(crate) key: Option<Key>,
    /// What sends a request to the first of the others.
    pub(crate) force: Vec<Mark>,
}

/// Which requests are copied to another upstream.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MirrorSettings {
    /// The keys of the others, each with its share from 0 to 1.
    pub(crate) to: Vec<(String, f64)>,
}

impl<'de> Deserialize<'de> for SplitSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Written { marks: true })
    }
}

impl<'de> Deserialize<'de> for MirrorSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Written { marks: false }).map(|SplitSettings { to, .. }| Self { to })
    }
}

struct Written {
    /// Whether requests can be marked, and chosen by a key.
    marks: bool,
}

impl<'de> Visitor<'de> for Written {
    type Value = SplitSettings;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table of upstreams and shares such as { payments_v2 = \"5%\" }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SplitSettings, A::Error> {
        let mut split = SplitSettings::default();
        while let Some((name, text)) = map.next_entry::<String, String>()? {
            match name.as_str() {
                "key" if self.marks => split.key = Some(key(&text).ok_or_else(|| wrong_key(&text))?),
                "if_header" if self.marks => split.force.push(Mark::header(&text).map_err(de::Error::custom)?),
                "if_cookie" if self.marks => split.force.push(Mark::cookie(&text).map_err(de::Error::custom)?),
                _ => split.to.push((name, parse_share(&text).map_err(de::Error::custom)?)),
            }
        }
        Ok(split)
    }
}

/// A key is written as that of `balance = "hash(..)"` is.
fn key(text: &str) -> Option<Key> {
    match format!("hash({text})").parse() {
        Ok(Algorithm::Hash(key)) => Some(key),
        _ => None,
    }
}

fn wrong_key<E: de::Error>(text: &str) -> E {
    E::custom(format!("`{text}` is no key; write \"header x-tenant\", \"cookie id\", \"query id\", \"ip\" or \"path\""))
}
