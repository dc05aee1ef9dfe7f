//! The layers that are text: environment variables and `--set`.
//!
//! Their scalars stay untyped until a reader asks; text that is a JSON list or table becomes one and remembers its text.

use std::collections::BTreeMap;

use crate::config::tree::{Node, Source, Table, Value, merge};
use crate::fault::Fault;

const PREFIX: &str = "VELITHON_";

/// Variables that steer the configuration and hold none.
const NO_KEYS: [&str; 2] = ["VELITHON_PROFILE", "VELITHON_CONFIG"];

/// Whether a variable of this name is a key of the configuration or steers it.
pub(super) fn is_ours(name: &str) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Lays `VELITHON_SECTION__KEY` upon `root`.
pub(super) fn environment(variables: &[(String, String)], root: &mut Table, faults: &mut Vec<Fault>) {
    // By key: a table in one variable has to stand before its keys in others, and equal keys meet.
    let mut sorted: BTreeMap<Vec<String>, (&str, &str)> = BTreeMap::new();
    for (name, value) in variables.iter().filter(|(name, _)| is_ours(name)) {
        if NO_KEYS.iter().any(|no_key| no_key.eq_ignore_ascii_case(name)) {
            continue;
        }
        let key: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
        if key.iter().any(String::is_empty) {
            faults.push(empty_name(name));
        } else if key[0] == "profile" {
            faults.push(profile_in_environment(name));
        } else if let Some((other, _)) = sorted.insert(key, (name, value)) {
            faults.push(same_key(other, name));
        }
    }
    for (key, (name, value)) in sorted {
        set(root, &key, node(value, Source::Environment(name.to_owned())), true);
    }
}

/// Lays `a.b=value` upon `root`.
pub(super) fn arguments(arguments: &[String], root: &mut Table, faults: &mut Vec<Fault>) {
    for argument in arguments {
        let parts = argument.split_once('=').map(|(key, value)| (key.trim(), value));
        let Some((key, value)) = parts.filter(|(key, _)| key.split('.').all(|name| !name.is_empty())) else {
            // The argument may hold a secret, so it is not repeated.
            faults.push(
                Fault::new("a `--set` names no key")
                    .at("--set", "")
                    .why("it takes a dotted key and a value")
                    .help("write `--set shop.cache=redis`"),
            );
            continue;
        };
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        set(root, &path, node(value, Source::Argument(key.to_owned())), false);
    }
}

/// A value from text.
fn node(text: &str, source: Source) -> Node {
    let json = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => serde_json::from_str(text).ok(),
        _ => None,
    };
    match json {
        Some(json) => Node { text: Some(text.to_owned()), ..from_json(json, &source) },
        None => Node::new(Value::Untyped(text.to_owned()), source),
    }
}

fn from_json(json: serde_json::Value, source: &Source) -> Node {
    use serde_json::Value as Json;
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => match number.as_i128() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(|item| from_json(item, source)).collect()),
        Json::Object(keys) => {
            Value::Table(keys.into_iter().map(|(key, item)| (key, from_json(item, source))).collect())
        }
    };
    Node::new(value, source.clone())
}

/// Puts `node` at `path`, with tables on the way; `loose` finds `pool-size` and `poolSize` under the name of a variable.
fn set(table: &mut Table, path: &[String], node: Node, loose: bool) {
    let Some((name, rest)) = path.split_first() else { return };
    let name = if loose { written_as(table, name) } else { name.clone() };
    if rest.is_empty() {
        return merge(table, Table::from([(name, node)]));
    }
    let below = table.entry(name).or_insert_with(|| Node::new(Value::Table(Table::new()), node.source.clone()));
    if !matches!(below.value, Value::Table(_)) {
        *below = Node::new(Value::Table(Table::new()), node.source.clone());
    }
    if let Value::Table(keys) = &mut below.value {
        set(keys, rest, node, loose);
    }
}

/// The key that a lower layer wrote for this name of a variable, which has neither capitals nor hyphens.
fn written_as(table: &Table, name: &str) -> String {
    let like = table.keys().find(|key| matches_variable(key, name));
    if table.contains_key(name) { name.to_owned() } else { like.cloned().unwrap_or_else(|| name.to_owned()) }
}

/// Whether `key` is what a variable can only write as `name`.
pub(crate) fn matches_variable(key: &str, name: &str) -> bool {
    key.len() == name.len()
        && key
            .bytes()
            .zip(name.bytes())
            .all(|(key, name)| key.eq_ignore_ascii_case(&name) || (key == b'-' && name == b'_'))
}

fn empty_name(variable: &str) -> Fault {
    Fault::new(format!("{variable} has an empty name between its underscores"))
        .at(variable, "")
        .why("two underscores separate section and key")
        .help("write it like VELITHON_SHOP__CACHE")
}

fn profile_in_environment(variable: &str) -> Fault {
    Fault::new("the sections of a profile stand in the file only")
        .at(variable, "")
        .why("a variable holds under every profile")
        .help("leave `PROFILE__<name>__` out of the name of the variable")
}

fn same_key(one: &str, other: &str) -> Fault {
    Fault::new("two variables set the same key")
        .at(one, "")
        .at(other, "")
        .why("the names of keys are compared without regard to capitals")
        .help("unset one of them")
}
