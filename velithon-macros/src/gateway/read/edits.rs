//! Edits, which are done one after the other: each is a table of its own, with its name as only key.

use super::super::schema::{Edit, Key, Takes};
use super::super::settings::{Data, Setting};
use super::super::syntax::{Entry, Item, Value, Written};
use super::super::text::Check;
use super::told::{keyless, misfit_edit, unknown};
use super::{Keys, Read};
use crate::faults::Faults;

impl Read {
    /// One edit, as a table with its name as only key.
    pub(super) fn edit(
        &mut self,
        key: &'static Key,
        edits: &'static [Edit],
        item: &Item,
        faults: &mut Faults,
    ) -> Option<Data> {
        let host = format!("{}(..)", key.name);
        let known: Vec<&str> = edits.iter().map(|edit| edit.name).collect();
        let Item::Entry(entry) = item else {
            faults.push(item.span(), keyless(&host, &known));
            return None;
        };
        let name = entry.name();
        let Some(edit) = edits.iter().find(|edit| edit.name == name) else {
            faults.error(unknown(&host, &entry.key, &known));
            return None;
        };
        let value = match (&edit.takes, &entry.written) {
            (Takes::Nothing, Written::Alone) => Some(Data::Bool(true)),
            (Takes::Pair(first, second), Written::Items(items)) => pair(*first, *second, items, edit, entry, faults),
            (Takes::Names(check), Written::Items(items)) => names(*check, items, edit, entry, faults),
            (Takes::Keys(keys), Written::Items(items)) => {
                let entries = items.iter().filter_map(|item| match item {
                    Item::Entry(entry) => Some(entry.clone()),
                    Item::Value(_) => {
                        faults.push(item.span(), misfit_edit(edit));
                        None
                    }
                });
                let entries: Vec<Entry> = entries.collect();
                Some(Data::Table(self.table(Keys::inside(&format!("{name}(..)"), keys), &entries, faults)))
            }
            _ => {
                faults.push(entry.span(), misfit_edit(edit));
                None
            }
        }?;
        Some(Data::Table(vec![Setting::new(&name, entry.span(), value)]))
    }
}

/// `set("name", "value")`, as a table with that name as only key.
fn pair(first: Check, second: Check, items: &[Item], edit: &Edit, entry: &Entry, faults: &mut Faults) -> Option<Data> {
    let [Item::Value(Value::Text(name)), Item::Value(Value::Text(value))] = items else {
        faults.push(entry.span(), misfit_edit(edit));
        return None;
    };
    let (first, second) = (faults.keep(first(name)), faults.keep(second(value)));
    first.and(second)?;
    Some(Data::Table(vec![Setting::new(&name.value(), name.span(), Data::Text(value.clone()))]))
}

fn names(check: Check, items: &[Item], edit: &Edit, entry: &Entry, faults: &mut Faults) -> Option<Data> {
    let mut read = Vec::new();
    for item in items {
        match item {
            Item::Value(Value::Text(name)) => {
                read.extend(faults.keep(check(name)).map(|()| Data::Text(name.clone())));
            }
            other => faults.push(other.span(), misfit_edit(edit)),
        }
    }
    if items.is_empty() {
        faults.push(entry.span(), misfit_edit(edit));
    }
    Some(Data::List(read))
}
