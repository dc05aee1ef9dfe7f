//! Values in TOML's notation, for the report: written so that reading them gives the same value.

use std::path::Path;

use serde_json::Value as Json;

use super::layers::parse;
use super::tree::Node;
use super::units::duration;

/// A text as a basic string; what JSON escapes is escaped alike, but for DEL, which TOML wants escaped as well.
pub(super) fn string(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// One part of a dotted key, in quotes where it has to be.
pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { name.to_owned() } else { string(name) }
}

/// The value that `text` is in TOML's notation, if it is one.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut faults = Vec::new();
    let mut table = parse(Path::new("report"), &format!("value = {text}"), &mut faults);
    faults.is_empty().then(|| table.remove("value")).flatten().filter(|_| table.is_empty())
}

/// What a shown value may be in TOML, the likeliest first. `shown` is what `Serialize` or `Debug` made of it.
pub(super) fn candidates(shown: &str) -> Vec<String> {
    let mut all: Vec<String> = serde_json::from_str(shown).ok().and_then(|json| of_json(&json)).into_iter().collect();
    all.push(shown.to_owned());
    // `Some(..)`, and a type around another.
    if let Some((name, inner)) = shown.strip_suffix(')').and_then(|shown| shown.split_once('('))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        all.extend(candidates(inner));
    }
    all.push(string(shown));
    all.extend(whole_units(shown).map(|text| string(&text)));
    all
}

fn of_json(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        Json::String(text) => Some(string(text)),
        Json::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(of_json).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Json::Object(members) => {
            let members =
                members.iter().filter_map(|(name, value)| Some(format!("{} = {}", key(name), of_json(value)?)));
            let members: Vec<String> = members.collect();
            Some(if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) })
        }
    }
}

/// `1s500ms` for the `1.5s` that a duration shows itself as.
fn whole_units(shown: &str) -> Option<String> {
    let unit = shown.find(|c: char| c.is_alphabetic())?;
    let (number, unit) = shown.split_at(unit);
    let (whole, fraction) = number.split_once('.')?;
    let places = match unit {
        "s" => 9,
        "ms" => 6,
        "µs" => 3,
        _ => return None,
    };
    let nanos: u64 = format!("{whole}{fraction:0<places$}").parse().ok()?;
    Some(duration::format(std::time::Duration::from_nanos(nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_reads_back_whatever_it_holds() {
        for text in ["", "plain", "\"quoted\" \\ and \u{7f}\u{1}\n\ttabs", "größe 🦀", "a # b"] {
            let node = read(&string(text)).unwrap_or_else(|| panic!("{} does not read", string(text)));
            assert_eq!(node.scalar().as_deref(), Some(text));
        }
    }

    #[test]
    fn a_value_that_would_end_its_line_is_none() {
        assert!(read("1\nother = 2").is_none());
        assert!(read("(set by the type)").is_none());
    }

    #[test]
    fn what_a_value_shows_leads_to_what_it_is_written_as() {
        assert!(candidates("Some(30s)").contains(&"\"30s\"".to_owned()));
        assert!(candidates("Most(10000)").contains(&"10000".to_owned()));
        assert!(candidates("1.5s").contains(&"\"1s500ms\"".to_owned()));
        assert!(candidates("2.000007ms").contains(&"\"2ms7ns\"".to_owned()));
        assert_eq!(candidates(r#"{"a b":[1,"x"],"none":null}"#)[0], r#"{ "a b" = [1, "x"] }"#);
    }
}
