//! Reads written entries by a table of keys: what each key holds, which hook it fills, and the settings it becomes.
//!
//! A value that does not fit is told with how it is written, and the rest is still read.

mod edits;
mod lists;
mod shares;
mod told;

use syn::{Expr, Path};

use super::schema::{Form, Hook, Key};
use super::settings::{Data, Setting};
use super::syntax::{Entry, Item, Value, Written};
use crate::faults::{Faults, message};
use lists::{methods, texts, whole, wholes};
use told::{misfit, unknown};

/// What was read, and meant.
#[derive(Default)]
pub(super) struct Read {
    pub(super) settings: Vec<Setting>,
    pub(super) hooks: Vec<(Hook, Expr)>,
    /// The upstreams that are named as keys: each is asserted where it stands.
    pub(super) upstreams: Vec<Path>,
}

impl Read {
    /// Reads the entries of an attribute.
    pub(super) fn entries(&mut self, keys: Keys<'_>, entries: &[Entry], faults: &mut Faults) {
        let settings = self.table(keys, entries, faults);
        self.settings.extend(settings);
    }

    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.is(name))
    }

    fn table(&mut self, keys: Keys<'_>, entries: &[Entry], faults: &mut Faults) -> Vec<Setting> {
        let mut settings = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for entry in entries {
            let name = entry.name();
            let Some(key) = keys.own.iter().find(|key| key.name == name) else {
                faults.error(unknown(keys.host, &entry.key, &keys.names()));
                continue;
            };
            if seen.contains(&name) {
                faults.push(entry.span(), message(format_args!("`{name}` is written twice"), "", "keep one of them"));
            }
            seen.push(name);
            settings.extend(self.setting(key, entry, faults));
        }
        settings
    }

    fn setting(&mut self, key: &'static Key, entry: &Entry, faults: &mut Faults) -> Option<Setting> {
        let before = faults.len();
        for form in key.forms {
            match self.form(key, form, &entry.written, faults) {
                Found::Value(value) => return Some(Setting::new(key.name, entry.span(), value)),
                Found::Nothing => return None,
                Found::OtherForm => {}
            }
        }
        if faults.len() == before {
            let span = match &entry.written {
                Written::Value(value) => value.span(),
                Written::Alone | Written::Items(_) => entry.span(),
            };
            faults.push(span, misfit(key));
        }
        None
    }

    fn form(&mut self, key: &'static Key, form: &'static Form, written: &Written, faults: &mut Faults) -> Found {
        match (form, written) {
            (Form::Flag, Written::Alone) => Found::Value(Data::Bool(true)),
            (Form::Flag, Written::Value(Value::Bool(flag, _))) => Found::Value(Data::Bool(*flag)),
            (Form::Text(check), Written::Value(Value::Text(text))) => {
                Found::kept(faults.keep(check(text)).map(|()| Data::Text(text.clone())))
            }
            (Form::Whole(least, most), Written::Value(Value::Integer(number, span))) => {
                Found::kept(faults.keep(whole(key, *number, *least, *most, *span)).map(Data::Integer))
            }
            (Form::Texts(check), Written::Value(Value::List(values, _))) => texts(key, *check, values, faults),
            (Form::Wholes(least, most), Written::Value(Value::List(values, _))) => {
                wholes(key, values, *least, *most, faults)
            }
            (Form::Methods, Written::Value(Value::List(values, _))) => methods(values, faults),
            (Form::Table(keys), Written::Items(items)) => {
                let entries = entries_of(key, items, faults);
                Found::Value(Data::Table(self.table(
                    Keys::inside(&format!("{}(..)", key.name), keys),
                    &entries,
                    faults,
                )))
            }
            (Form::Edits(edits), Written::Items(items)) => {
                Found::Value(Data::List(items.iter().filter_map(|item| self.edit(key, edits, item, faults)).collect()))
            }
            (Form::Shares(keys), Written::Items(items)) => self.shares(key, keys, items, faults),
            (Form::Name(hook), Written::Value(Value::Name(name))) => {
                self.hooks.push((*hook, syn::parse_quote!(#name)));
                Found::Nothing
            }
            (Form::Name(Hook::RetryIf | Hook::RequestBody | Hook::ResponseBody), Written::Value(Value::Code(code))) => {
                let Form::Name(hook) = form else { return Found::OtherForm };
                self.hooks.push((*hook, code.clone()));
                Found::Nothing
            }
            _ => Found::OtherForm,
        }
    }
}

/// The keys of an attribute or of the parentheses behind a key.
#[derive(Clone, Copy)]
pub(super) struct Keys<'k> {
    /// What messages call it: `#[upstream]`, `timeout(..)`.
    pub(super) host: &'k str,
    pub(super) own: &'static [Key],
    /// The keys that are there, too, and were read before.
    pub(super) others: &'k [&'static str],
}

impl<'k> Keys<'k> {
    fn inside(host: &'k str, own: &'static [Key]) -> Self {
        Self { host, own, others: &[] }
    }

    fn names(&self) -> Vec<&'static str> {
        self.others.iter().copied().chain(self.own.iter().map(|key| key.name)).collect()
    }
}

/// What became of a value under one form.
enum Found {
    Value(Data),
    /// It was read and is no setting, or it was told why not.
    Nothing,
    OtherForm,
}

impl Found {
    fn kept(value: Option<Data>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }
}

fn entries_of(key: &Key, items: &[Item], faults: &mut Faults) -> Vec<Entry> {
    let entry = |item: &Item| match item {
        Item::Entry(entry) => Some(entry.clone()),
        Item::Value(value) => {
            faults.push(value.span(), misfit(key));
            None
        }
    };
    items.iter().filter_map(entry).collect()
}
