//! Upstreams with their shares: `split(PaymentsV2 = "5%", if_header = "x-beta: 1")`.

use proc_macro2::Span;

use super::super::schema::{Key, is_type};
use super::super::settings::{Data, Name, Setting};
use super::super::syntax::{Item, Value, Written};
use super::super::text::percentage;
use super::told::{misfit, write};
use super::{Found, Keys, Read, entries_of};
use crate::faults::{Faults, message};

impl Read {
    /// Upstreams with their shares, and the keys beside them.
    pub(super) fn shares(
        &mut self,
        key: &'static Key,
        keys: &'static [Key],
        items: &[Item],
        faults: &mut Faults,
    ) -> Found {
        let (mut shares, mut rest) = (Vec::new(), Vec::new());
        for entry in entries_of(key, items, faults) {
            if is_type(&entry.key) { shares.push(entry) } else { rest.push(entry) }
        }
        let mut settings = Vec::new();
        for entry in &shares {
            let share = match &entry.written {
                Written::Value(Value::Text(share)) => faults.keep(percentage(share)).map(|()| share),
                _ => {
                    faults.push(entry.span(), misfit(key));
                    None
                }
            };
            self.upstreams.push(entry.key.clone());
            settings.extend(share.map(|share| Setting {
                key: Name::Upstream(entry.key.clone()),
                span: entry.span(),
                value: Data::Text(share.clone()),
            }));
        }
        if shares.is_empty() {
            let what = format!("`{}` names no upstream", key.name);
            faults.push(items.first().map_or_else(Span::call_site, Item::span), message(what, "", write(key.example)));
        }
        settings.extend(self.table(Keys::inside(&format!("{}(..)", key.name), keys), &rest, faults));
        Found::Value(Data::Table(settings))
    }
}
