//! `${VAR}` and `${file:NAME}` in the texts of the file; `$${` stands for `${`.

use std::path::{Path, PathBuf};

use crate::config::tree::{Node, Source, Table, Value};
use crate::fault::{Fault, nearest};

/// The longest file a `${file:..}` reads, in bytes: keys and certificates are far shorter.
const LONGEST: u64 = 1024 * 1024;

/// Expands every text that a file holds.
pub(super) fn all(root: &mut Table, environment: &[(String, String)], file: Option<&Path>, faults: &mut Vec<Fault>) {
    let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let mut expansion = Expansion { environment, folder, faults };
    root.values_mut().for_each(|node| expansion.node(node));
}

struct Expansion<'a> {
    environment: &'a [(String, String)],
    /// Of the configuration file: relative names of `${file:..}` start here.
    folder: PathBuf,
    faults: &'a mut Vec<Fault>,
}

impl Expansion<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Table(keys) => keys.values_mut().for_each(|item| self.node(item)),
            Value::Text(text) if text.contains("${") && matches!(node.source, Source::File { .. }) => {
                match self.text(text) {
                    Ok(expanded) => {
                        node.expanded = expanded.variables > 0;
                        node.value = expanded.into_value();
                    }
                    Err(fault) => self.faults.push(fault.at(&node.source, "")),
                }
            }
            _ => {}
        }
    }

    fn text(&self, text: &str) -> Result<Expanded, Fault> {
        let mut expanded = Expanded { text: String::new(), variables: 0, alone: false };
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if let Some(before) = rest[..start].strip_suffix('$') {
                expanded.text.push_str(before);
                expanded.text.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            let end = start + rest[start..].find('}').ok_or_else(unclosed)?;
            expanded.text.push_str(&rest[..start]);
            expanded.text.push_str(&self.name(&rest[start + 2..end])?);
            expanded.variables += 1;
            expanded.alone = rest.len() == text.len() && start == 0 && end + 1 == rest.len();
            rest = &rest[end + 1..];
        }
        expanded.text.push_str(rest);
        Ok(expanded)
    }

    fn name(&self, name: &str) -> Result<String, Fault> {
        match name.strip_prefix("file:") {
            Some(path) => read(&self.folder.join(path.trim())),
            None => self.variable(name.trim()),
        }
    }

    fn variable(&self, name: &str) -> Result<String, Fault> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).ok_or_else(|| {
            let like = nearest(name, self.environment.iter().map(|(known, _)| known.as_str()));
            let or = like.map_or(String::new(), |like| format!(", or write `${{{like}}}`"));
            Fault::new(format!("the environment has no variable `{name}`")).help(format!("set {name}{or}"))
        })
    }
}

struct Expanded {
    text: String,
    variables: usize,
    /// Whether one `${..}` is the whole text.
    alone: bool,
}

impl Expanded {
    fn into_value(self) -> Value {
        if self.alone { Value::Untyped(self.text) } else { Value::Text(self.text) }
    }
}

/// The content of a file without the newline an editor leaves at its end.
fn read(path: &Path) -> Result<String, Fault> {
    let cannot = |why: String| {
        Fault::new(format!("`{}` cannot be read", path.display()))
            .why(why)
            .help("`${file:..}` takes an absolute path, or one from the folder of the configuration file")
    };
    let length = std::fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
    if length > LONGEST {
        return Err(cannot(format!("it has {length} bytes, and {LONGEST} is the most")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
    Ok(text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&text).to_owned())
}

fn unclosed() -> Fault {
    Fault::new("a `${` has no `}`").help("close it, or write `$${` for the characters themselves")
}
