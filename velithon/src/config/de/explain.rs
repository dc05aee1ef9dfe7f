//! Errors of reading, told to the user: key, source, what was expected, what to type.

use super::Asker;
use super::error::{Error, Found, Here, Kind};
use super::reader::one_of;
use super::state::{Ignored, State, child};
use crate::config::tree::{Source, Tree};
use crate::fault::{Fault, list, nearest};

/// The fault of one error.
pub(super) fn fault(error: Error, state: &State, asker: Asker, tree: &Tree) -> Fault {
    let here = error.at.map_or(Here { path: String::new(), source: None, blank: false, hidden: true }, |here| *here);
    let key = display_path(&here.path);
    match error.kind {
        Kind::Missing(name) => missing(&child(&here.path, name), state, asker, tree),
        Kind::Unknown { name, known } => {
            let path = child(&here.path, &name);
            let source = tree.get(&path).map(|node| &node.key).or(here.source.as_ref());
            unknown_key(&path, source, known)
        }
        Kind::Variant { typed, known } => {
            let typed = if here.hidden { "something else".into() } else { format!("\"{typed}\"") };
            let help = nearest(typed.trim_matches('"'), known.iter().copied());
            let help = help.or(known.first().copied()).map_or_else(String::new, |name| format!("write \"{name}\""));
            at(Fault::new(format!("`{key}` must be {}, but is {typed}", one_of(known))), &here).help(help)
        }
        Kind::Expected { expected, found } => {
            let what = format!("`{key}` must be {}, but is {}", readable(&expected), described(&found, here.hidden));
            at(Fault::new(what), &here).help(help_for(&expected, last(&here.path)))
        }
        Kind::Other(_) if here.hidden => at(Fault::new(format!("`{key}` is not accepted")), &here)
            .why("the reason could tell the value, so it is not shown")
            .help("check where the value comes from"),
        Kind::Other(reason) => at(Fault::new(format!("`{key}` is not accepted")), &here)
            .why(reason)
            .help(format!("correct `{}`", last(&here.path))),
    }
}

fn at(fault: Fault, here: &Here) -> Fault {
    match &here.source {
        Some(source) => fault.at(source, ""),
        None => fault,
    }
}

fn missing(path: &str, state: &State, asker: Asker, tree: &Tree) -> Fault {
    let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut fault = Fault::new(format!("`{}` is missing", display_path(path)))
        .at(asker.origin, format!("`{}` needs it", asker.type_name));
    if let Some(place @ Source::File { .. }) = tree.get(section).map(|node| &node.key) {
        fault = fault.at(place, "the section");
    }
    let file = tree.file().map_or_else(|| "velithon.toml".into(), |file| file.display().to_string());
    let line = match state.asked(path) {
        Some("{ .. }") => format!("add a section `[{path}]` to {file}"),
        example => format!("write `{name} = {}` under `[{section}]` in {file}", example.unwrap_or("..")),
    };
    match variable(path) {
        Some(variable) => fault.help(format!("{line}, or set {variable}")),
        None => fault.help(line),
    }
}

/// The fault of a key that no type has.
pub(crate) fn unknown_key(path: &str, source: Option<&Source>, known: &[&str]) -> Fault {
    let mut fault = Fault::new(format!("there is no key `{}`", display_path(path)));
    if let Some(source) = source {
        fault = fault.at(source, "");
    }
    let help = match (nearest(last(path), known.iter().copied()), known) {
        (Some(name), _) => format!("write `{name}`"),
        (None, []) => "leave it out: nothing can be set here".into(),
        (None, known) => format!("the keys here are {}", list(known)),
    };
    fault.help(help)
}

/// The fault of the unknown key `path`, as noted while reading.
impl Ignored {
    pub(crate) fn fault(&self, path: &str) -> Fault {
        unknown_key(path, Some(&self.source), self.known)
    }
}

/// The fault of a secret that stands in a file as it is.
pub(super) fn plain_secret(path: &str, source: &Source) -> Fault {
    let name = last(path);
    let variable = variable(path).unwrap_or_else(|| name.to_uppercase());
    Fault::new(format!("the secret `{}` stands in the file as it is", display_path(path)))
        .at(source, "")
        .why("under `prod` a file, which is copied and committed, holds no secrets")
        .help(format!(
            "set {variable}, or write `{name} = \"${{file:/run/secrets/{name}}}\"`; \
             `allow_plain_secrets = true` at the top of the file allows it"
        ))
}

/// The environment variable of a key; an item of a list has none.
pub(crate) fn variable(path: &str) -> Option<String> {
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    plain.then(|| format!("VELITHON_{}", path.replace('.', "__").replace('-', "_").to_ascii_uppercase()))
}

/// A path as users write it; the whole document has no name.
pub(crate) fn display_path(path: &str) -> &str {
    if path.is_empty() { "the value" } else { path }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn described(found: &Found, hidden: bool) -> String {
    match &found.value {
        Some(value) if !hidden => match found.kind {
            "text" => format!("the text {value}"),
            "a number" => format!("the number {value}"),
            _ => value.clone(),
        },
        _ => found.kind.to_owned(),
    }
}

/// serde's name of a type in words.
pub(crate) fn readable(expected: &str) -> String {
    let range = |low: String, high: String| format!("a whole number from {low} to {high}");
    if let Some(nonzero) = expected.strip_prefix("a nonzero ") {
        return format!("{}, not 0", readable(nonzero));
    }
    match expected {
        "u8" => range(u8::MIN.to_string(), u8::MAX.to_string()),
        "u16" => range(u16::MIN.to_string(), u16::MAX.to_string()),
        "u32" => range(u32::MIN.to_string(), u32::MAX.to_string()),
        "u64" | "u128" | "usize" => "a whole number, not negative".into(),
        "i8" => range(i8::MIN.to_string(), i8::MAX.to_string()),
        "i16" => range(i16::MIN.to_string(), i16::MAX.to_string()),
        "i32" => range(i32::MIN.to_string(), i32::MAX.to_string()),
        "i64" | "i128" | "isize" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "`true` or `false`".into(),
        "a string" => "text".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        // serde's own form of `std::time::Duration`.
        "struct Duration" => "a table of `secs` and `nanos`".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other => other.to_owned(),
    }
}

fn help_for(expected: &str, name: &str) -> String {
    match readable(expected).as_str() {
        "text" => format!("put it in quotes: `{name} = \"..\"`"),
        "`true` or `false`" => format!("write `{name} = true`, without quotes"),
        "a list" => format!("write `{name} = [..]`"),
        _ if expected == "struct Duration" => {
            format!("for `{name} = \"30s\"` add `#[serde(with = \"velithon::config::duration\")]` to the field")
        }
        "a table" => format!("write a section that ends in `{name}]`, or `{name} = {{ .. }}`"),
        wanted if wanted.contains("number") && !wanted.contains("such as") => {
            format!("write the number without quotes: `{name} = 1`")
        }
        _ => format!("correct `{name}`"),
    }
}
