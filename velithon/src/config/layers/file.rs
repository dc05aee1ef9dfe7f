//! The file: TOML with the place of every key and value.

use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::config::tree::{Node, Source, Table, Value};
use crate::fault::Fault;

/// Reads `path`; syntax errors are all reported, and what stands between them is kept.
pub(super) fn read(path: &Path, faults: &mut Vec<Fault>) -> Table {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text, faults),
        Err(error) => {
            let fault = Fault::new(format!("`{}` cannot be read", path.display())).at(path.display(), "");
            faults
                .push(fault.why(error.to_string()).help("check the path, its permissions, and that it is UTF-8 text"));
            Table::new()
        }
    }
}

pub(in crate::config) fn parse(path: &Path, text: &str, faults: &mut Vec<Fault>) -> Table {
    let mut file = File { path: path.into(), text, faults };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = file.place(error.span().map_or(0, |span| span.start));
        let fault = Fault::new("the file is no TOML").at(at, "").why(error.message().trim_end());
        file.faults.push(fault.help("text stands in quotes, a section begins with `[name]`, a value with `key = `"));
    }
    file.table(table.get_ref())
}

struct File<'a> {
    path: Arc<Path>,
    text: &'a str,
    faults: &'a mut Vec<Fault>,
}

impl File<'_> {
    fn place(&self, offset: usize) -> Source {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Source::File {
            path: Arc::clone(&self.path),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut keys = Table::new();
        for (key, value) in table.iter() {
            let mut node = self.node(value.get_ref(), value.span().start);
            node.key = self.place(key.span().start);
            keys.insert(key.get_ref().to_string(), node);
        }
        keys
    }

    fn node(&mut self, value: &DeValue<'_>, offset: usize) -> Node {
        let source = self.place(offset);
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => self.bad_number(number.as_str(), &source),
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Value::Float(number),
                Err(_) => self.bad_number(number.as_str(), &source),
            },
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Array(items) => {
                Value::List(items.iter().map(|item| self.node(item.get_ref(), item.span().start)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node::new(value, source)
    }

    fn bad_number(&mut self, text: &str, source: &Source) -> Value {
        let fault = Fault::new(format!("`{text}` is no number that fits 128 bits")).at(source, "");
        self.faults.push(fault.help("write a smaller number, or text in quotes"));
        Value::Null
    }
}
