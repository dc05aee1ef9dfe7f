//! The text of `<app> config`: every key in force, its value, and where it comes from.
//!
//! Secrets show `***`, and so does the password inside a URL. A key that is absent shows the default its type gave it.

use super::secret::MASK;
use super::settings::Settings;
use super::tree::{Node, Table, Value};

/// Every effective key with value and source, one a line, sorted; the profile and the file stand above.
pub fn report(settings: &Settings) -> String {
    let tree = settings.tree();
    let mut lines = Vec::new();
    table(settings, "", &tree.root, &mut lines);
    defaults(settings, &mut lines);
    lines.sort();
    let file = tree.file().map_or_else(|| "none".into(), |file| file.display().to_string());
    let mut text = format!("profile {}, file {file}\n", tree.profile());
    let keys = lines.iter().map(|line| line.key.chars().count()).max().unwrap_or(0);
    let values = lines.iter().map(|line| line.value.chars().count()).filter(|width| *width <= 40).max().unwrap_or(0);
    for Line { key, value, source } in lines {
        text.push_str(&format!("{key:keys$} = {value:values$}  {source}\n"));
    }
    text
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    key: String,
    value: String,
    source: String,
}

fn table(settings: &Settings, path: &str, keys: &Table, lines: &mut Vec<Line>) {
    for (name, node) in keys {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match &node.value {
            Value::Table(below) if !below.is_empty() && !settings.is_secret(&key) => {
                table(settings, &key, below, lines);
            }
            _ => lines.push(Line { value: shown(settings, &key, node), key, source: node.source.to_string() }),
        }
    }
}

fn defaults(settings: &Settings, lines: &mut Vec<Line>) {
    for (record, _) in settings.sections() {
        for field in record.fields {
            let key = format!("{}.{}", record.section, field.key);
            let below = format!("{key}.");
            if !lines.iter().any(|line| line.key == key || line.key.starts_with(&below)) {
                let value =
                    default(settings, record.section, field.key).unwrap_or_else(|| "(set by the type)".to_owned());
                lines.push(Line { key, value, source: format!("default of {}", record.type_name) });
            }
        }
    }
}

/// What the key holds, written or by default.
pub(super) fn display(settings: &Settings, key: &str) -> Option<String> {
    match (settings.tree().get(key), key.split_once('.')) {
        (Some(node), _) => Some(shown(settings, key, node)),
        (None, Some((section, name))) => default(settings, section, name),
        (None, None) => None,
    }
}

fn default(settings: &Settings, section: &str, name: &str) -> Option<String> {
    if settings.is_secret(&format!("{section}.{name}")) {
        return Some(MASK.to_owned());
    }
    settings.field(section, name)?.show().map(|value| without_password(&value))
}

/// A value in TOML's notation, on one line.
fn shown(settings: &Settings, path: &str, node: &Node) -> String {
    if settings.is_secret(path) {
        return MASK.to_owned();
    }
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Text(text) | Value::Untyped(text) => without_password(&format!("{text:?}")),
        Value::List(items) => {
            let items =
                items.iter().enumerate().map(|(index, item)| shown(settings, &format!("{path}[{index}]"), item));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Table(keys) => {
            let keys = keys
                .iter()
                .map(|(name, node)| format!("{name} = {}", shown(settings, &format!("{path}.{name}"), node)));
            format!("{{ {} }}", keys.collect::<Vec<_>>().join(", ")).replace("{  }", "{}")
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => node.scalar().unwrap_or_default(),
    }
}

/// `postgres://shop:***@db/shop`: a password in a URL is one even where no type says so.
fn without_password(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("://").map(|at| at + 3) {
        let (before, after) = rest.split_at(start);
        kept.push_str(before);
        let authority = &after[..after.find(['/', '?', '#', '"', ' ', ',']).unwrap_or(after.len())];
        match authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
            Some((user, password)) => {
                kept.push_str(&format!("{user}:{MASK}"));
                rest = &after[user.len() + 1 + password.len()..];
            }
            None => rest = after,
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn the_password_of_a_url_is_masked() {
        assert_eq!(
            without_password("\"postgres://shop:hunter2@db:5432/shop?x=1\""),
            "\"postgres://shop:***@db:5432/shop?x=1\""
        );
        assert_eq!(
            without_password("[\"redis://:a@b:c@one\", \"http://two/x@y\"]"),
            "[\"redis://:***@one\", \"http://two/x@y\"]"
        );
        assert_eq!(without_password("a plain text: with @ and : signs"), "a plain text: with @ and : signs");
    }
}
