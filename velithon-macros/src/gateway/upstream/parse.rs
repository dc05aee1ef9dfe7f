//! Tokens to an upstream with spans.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{ItemStruct, LitStr};

use crate::faults::Faults;
use crate::gateway::keys::UPSTREAM;
use crate::gateway::mark::{self, Marker};
use crate::gateway::read::{Keys, Read};
use crate::gateway::syntax::Entry;

const MARKER: Marker = Marker { attribute: "upstream", noun: "an upstream", example: "struct Payments;" };

/// A struct and what its attribute says.
pub(super) struct Upstream {
    pub(super) item: ItemStruct,
    /// The section: `payments`.
    pub(super) name: LitStr,
    pub(super) read: Read,
}

pub(super) fn read(attribute: TokenStream, item: &TokenStream, faults: &mut Faults) -> Option<Upstream> {
    let mark = mark::unit_struct(MARKER, item, faults);
    let mut entries = (|input: ParseStream<'_>| Ok(Entry::all(input, faults))).parse2(attribute).unwrap_or_default();
    let item = mark?;
    let name = mark::section(&item.ident, &mut entries, faults);
    let mut read = Read::default();
    read.entries(Keys { host: "#[upstream]", own: UPSTREAM, others: &[] }, &entries, faults);
    Some(Upstream { item, name, read })
}
