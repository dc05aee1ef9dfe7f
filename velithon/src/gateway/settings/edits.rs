//! `request(..)` and `response(..)`: what is changed of heads, in the order in which it is written.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::config::Size;

/// One change; several of a kind in one table follow the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Replaces every field of that name.
    Set(String, String),
    /// Adds a field.
    Append(String, String),
    /// Takes out every field of that name.
    Remove(String),
    /// Replaces a parameter of the query.
    QuerySet(String, String),
    /// Takes out a parameter of the query.
    QueryRemove(String),
    /// Replaces what a pattern finds in the path.
    PathRegex(String, String),
    /// `Location` of a reply names us instead of the upstream.
    RewriteLocation,
    /// How long a body may be that a function edits.
    BodyJson(JsonLimit),
}

/// `request = { set = { x-tenant = "a" } }`, or a list of such tables where the order counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edits(pub(crate) Vec<Edit>);

/// The same for replies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReplyEdits(pub(crate) Vec<Edit>);

/// `body_json(max = "1MiB")`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JsonLimit {
    /// The longest body that is read.
    pub(crate) max: Option<Size>,
}

const OF_REQUESTS: &[&str] = &["set", "append", "remove", "query_set", "query_remove", "path_regex"];
const OF_REPLIES: &[&str] = &["set", "append", "remove", "rewrite_location", "body_json"];

impl<'de> Deserialize<'de> for Edits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written(OF_REQUESTS)).map(Self)
    }
}

impl<'de> Deserialize<'de> for ReplyEdits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written(OF_REPLIES)).map(Self)
    }
}

/// A table of changes, or a list of tables; the known keys.
#[derive(Clone, Copy)]
struct Written(&'static [&'static str]);

impl<'de> Visitor<'de> for Written {
    type Value = Vec<Edit>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "a table such as { set = { x-tenant = \"a\" }, remove = [\"x-internal\"] }, or a list of such tables",
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Edit>, A::Error> {
        let mut edits = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let pairs = |Pairs(pairs): Pairs, edit: fn(String, String) -> Edit| {
                pairs.into_iter().map(move |(name, value)| edit(name, value)).collect::<Vec<_>>()
            };
            let known = self.0.contains(&key.as_str());
            edits.extend(match key.as_str() {
                "set" => pairs(map.next_value()?, Edit::Set),
                "append" => pairs(map.next_value()?, Edit::Append),
                "remove" => map.next_value::<Names>()?.0.into_iter().map(Edit::Remove).collect(),
                "query_set" if known => pairs(map.next_value()?, Edit::QuerySet),
                "query_remove" if known => map.next_value::<Names>()?.0.into_iter().map(Edit::QueryRemove).collect(),
                "path_regex" if known => pairs(map.next_value()?, Edit::PathRegex),
                "rewrite_location" if known => match map.next_value()? {
                    true => vec![Edit::RewriteLocation],
                    false => Vec::new(),
                },
                "body_json" if known => vec![Edit::BodyJson(map.next_value()?)],
                _ => return Err(de::Error::unknown_field(&key, self.0)),
            });
        }
        Ok(edits)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Vec<Edit>, A::Error> {
        struct Item(Written);
        impl<'de> de::DeserializeSeed<'de> for Item {
            type Value = Vec<Edit>;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Edit>, D::Error> {
                deserializer.deserialize_map(self.0)
            }
        }
        let mut edits = Vec::new();
        while let Some(more) = tables.next_element_seed(Item(self))? {
            edits.extend(more);
        }
        Ok(edits)
    }
}

/// Names with values, in the order of the document.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table of names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Table)
    }
}

/// One name, or a list of them.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a name, or a list of names")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tables_keeps_its_order() {
        let text = r#"[{ "remove": "b" }, { "set": { "a": "1" } }, { "query_remove": ["x", "y"] }]"#;
        let read = serde_json::from_str::<Edits>(text).unwrap();
        let wanted = [
            Edit::Remove("b".into()),
            Edit::Set("a".into(), "1".into()),
            Edit::QueryRemove("x".into()),
            Edit::QueryRemove("y".into()),
        ];
        assert_eq!(read.0, wanted);
        assert!(serde_json::from_str::<Edits>(r#"{ "rewrite_location": true }"#).is_err());
    }
}
