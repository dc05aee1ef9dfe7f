//! Tokens to a start with spans: the crates that are included, and the function.

use proc_macro2::{Ident, TokenStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ItemFn, Lit};

use super::Kind;
use crate::faults::{Faults, message};
use crate::keys::{each, pairs};

/// An annotated function with its attribute read.
pub(super) struct Start {
    pub(super) kind: Kind,
    pub(super) item: ItemFn,
    pub(super) include: Vec<Ident>,
}

impl Start {
    pub(super) fn parse(kind: Kind, attribute: TokenStream, item: ItemFn, faults: &mut Faults) -> Self {
        let pairs = pairs(kind.attribute(), attribute, &["include"], faults);
        let crates = pairs.into_iter().flat_map(|pair| each(pair.value));
        let include = crates.filter_map(|value| faults.keep(crate_name(&value))).collect();
        Self { kind, item, include }
    }
}

/// A crate as Rust code names it.
fn crate_name(value: &Expr) -> syn::Result<Ident> {
    let help = match value {
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) if !["crate", "self", "super", "Self"].iter().any(|word| name == word) => {
                return Ok(name.clone());
            }
            Some(_) => "this crate is always included; take it out".to_owned(),
            None => match path.path.segments.first() {
                Some(first) if first.ident != "crate" => format!("write `include = [{}]`", first.ident),
                _ => "write the name of a crate that stands in Cargo.toml".to_owned(),
            },
        },
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            format!("write `include = [{}]`, as Rust code names the crate", text.value().replace('-', "_"))
        }
        Expr::Binary(_) => "write `_` for each `-`, as Rust code names the crate".to_owned(),
        _ => "write `include = [shop_billing]`".to_owned(),
    };
    Err(syn::Error::new(value.span(), message("`include` names crates", "", help)))
}
