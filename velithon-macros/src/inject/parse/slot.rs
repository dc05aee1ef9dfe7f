//! A trait that bindings stand for: one chosen by configuration, or all of them.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{ItemTrait, Visibility};

use super::options::TRAIT;
use super::{Options, Parsed, Subject};
use crate::faults::Faults;

/// A trait marked `#[inject]` or `#[inject(all)]`.
pub(in super::super) struct Slot {
    pub(in super::super) name: Ident,
    pub(in super::super) visibility: Visibility,
    /// Whether it collects its bindings instead of taking one.
    pub(in super::super) all: bool,
    pub(in super::super) item: ItemTrait,
}

pub(super) fn read(attribute: TokenStream, item: ItemTrait, faults: &mut Faults) -> Parsed {
    let options = Options::read(attribute, TRAIT, faults);
    let slot =
        Slot { name: item.ident.clone(), visibility: item.vis.clone(), all: options.all.is_some(), item: item.clone() };
    Parsed { tokens: item.into_token_stream(), subject: Some(Subject::Slot(Box::new(slot))) }
}
