//! The text of `<app> config`: every key in force, its value, and where it comes from.
//!
//! It is TOML, and reads back as what is in force: sources are comments, and so is each line whose value is not all there, a
//! secret (`***`), a password inside a URL, a key that is not set, and a default that only its type can make.

use super::notation::{self, key, string};
use super::secret::MASK;
use super::settings::Settings;
use super::tree::{Node, Table, Value};

/// Every effective key with value and source, one a line, sorted; the profile and the file stand above.
pub fn report(settings: &Settings) -> String {
    let tree = settings.tree();
    let mut lines = Vec::new();
    table(settings, "", "", &tree.root, &mut lines);
    defaults(settings, &mut lines);
    lines.sort_by(|one, other| one.path.cmp(&other.path));
    let file = tree.file().map_or_else(|| "none".into(), |file| file.display().to_string());
    let heading = format!("# profile {}, file {file}\n", tree.profile());
    let texts: Vec<(String, String)> =
        lines.into_iter().map(|line| (line.shown.line(&line.key), line.source)).collect();
    let wide = texts.iter().map(|(text, _)| text.chars().count()).filter(|width| *width <= 60).max().unwrap_or(0);
    texts.iter().fold(heading, |all, (text, source)| format!("{all}{text:wide$}  # {source}\n"))
}

struct Line {
    /// The key, as the tree knows it.
    path: String,
    /// The key, as it is written.
    key: String,
    shown: Shown,
    source: String,
}

/// A value as it is shown.
enum Shown {
    /// In TOML's notation: reading it gives the value.
    Whole(String),
    /// Less than the value: `***`.
    Less(String),
}

impl Shown {
    fn line(&self, key: &str) -> String {
        match self {
            Self::Whole(value) => format!("{key} = {value}"),
            Self::Less(value) => format!("# {key} = {value}"),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Whole(text) | Self::Less(text) => text,
        }
    }
}

fn table(settings: &Settings, path: &str, above: &str, keys: &Table, lines: &mut Vec<Line>) {
    for (name, node) in keys {
        let join = |above: &str, name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        let (path, key) = (join(path, name), join(above, &key(name)));
        match &node.value {
            Value::Table(below) if !below.is_empty() && !settings.is_secret(&path) => {
                table(settings, &path, &key, below, lines);
            }
            _ => lines.push(Line { shown: shown(settings, &path, node), path, key, source: node.source.to_string() }),
        }
    }
}

fn defaults(settings: &Settings, lines: &mut Vec<Line>) {
    for (record, _) in settings.sections() {
        for field in record.fields {
            let path = format!("{}.{}", record.section, field.key);
            let below = format!("{path}.");
            if !lines.iter().any(|line| line.path == path || line.path.starts_with(&below)) {
                let shown = default(settings, record.section, field.key);
                let shown = shown.unwrap_or_else(|| Shown::Less("(set by the type)".to_owned()));
                let key = format!("{}.{}", key(record.section), key(field.key));
                lines.push(Line { path, key, shown, source: format!("default of {}", record.type_name) });
            }
        }
    }
}

/// What the key holds, written or by default.
pub(super) fn display(settings: &Settings, key: &str) -> Option<String> {
    match (settings.tree().get(key), key.split_once('.')) {
        (Some(node), _) => Some(shown(settings, key, node).text()),
        (None, Some((section, name))) => default(settings, section, name).map(Shown::text),
        (None, None) => None,
    }
}

fn default(settings: &Settings, section: &str, name: &str) -> Option<Shown> {
    if settings.is_secret(&format!("{section}.{name}")) {
        return Some(Shown::Less(MASK.to_owned()));
    }
    let field = settings.field(section, name)?;
    match field.written(None) {
        Some(written) => Some(masked(written)),
        None => match field.show()?.as_str() {
            "null" | "None" => Some(Shown::Less("(not set)".to_owned())),
            text => Some(Shown::Less(without_password(&text.replace('\n', " ")))),
        },
    }
}

fn masked(value: String) -> Shown {
    match without_password(&value) {
        same if same == value => Shown::Whole(value),
        less => Shown::Less(less),
    }
}

/// A value that was set, on one line.
fn shown(settings: &Settings, path: &str, node: &Node) -> Shown {
    // What came as text is what its field made of it.
    let made = match (&node.value, path.split_once('.')) {
        (Value::Untyped(typed), Some((section, name))) if !settings.is_secret(path) => {
            settings.field(section, name).and_then(|field| field.written(Some(typed)))
        }
        _ => None,
    };
    match made.or_else(|| notation(settings, path, node)) {
        Some(value) => masked(value),
        None if node.value == Value::Null => Shown::Less("(not set)".to_owned()),
        None => Shown::Less(MASK.to_owned()),
    }
}

/// A node in TOML's notation; nothing where there is a secret in it, or a null.
fn notation(settings: &Settings, path: &str, node: &Node) -> Option<String> {
    if settings.is_secret(path) {
        return None;
    }
    match &node.value {
        Value::Null => None,
        Value::Text(text) => Some(string(text)),
        Value::Untyped(text) => {
            let plain = notation::read(text).filter(|node| !matches!(node.value, Value::Text(_)));
            Some(plain.map_or_else(|| string(text), |_| text.clone()))
        }
        Value::List(items) => {
            let items: Option<Vec<String>> = items
                .iter()
                .enumerate()
                .map(|(index, item)| notation(settings, &format!("{path}[{index}]"), item))
                .collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Value::Table(keys) => {
            let keys: Option<Vec<String>> = keys
                .iter()
                .map(|(name, node)| {
                    Some(format!("{} = {}", key(name), notation(settings, &format!("{path}.{name}"), node)?))
                })
                .collect();
            Some(format!("{{ {} }}", keys?.join(", ")).replace("{  }", "{}"))
        }
        Value::Bool(_) | Value::Integer(_) => node.scalar(),
        // `1e300` as digits would be no integer that fits.
        Value::Float(number) => Some(format!("{number:?}").to_lowercase()),
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
