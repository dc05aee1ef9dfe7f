//! Where each field or argument of a provider comes from.

use syn::{Expr, Type};

use crate::faults::message;
use crate::signature::{Ask, inner_of, last_segment};
use crate::text;

/// One field or argument.
pub(in super::super) struct Need {
    pub(in super::super) ty: Type,
    pub(in super::super) source: Source,
}

pub(in super::super) enum Source {
    /// A handle, and what it asks for.
    Asked(Ask, Type),
    /// `#[inject(default)]`
    Default,
    /// `#[inject(value = expr)]`
    Value(Box<Expr>),
}

impl Need {
    /// What a handle asks for; a type that is none is a fault that says what to write.
    ///
    /// `place` is `field` or `argument`, `otherwise` what else can stand there.
    pub(super) fn handle(ty: &Type, name: &str, place: &str, otherwise: &str) -> syn::Result<Self> {
        if let Some((ask, inner)) = Ask::of(ty) {
            return Ok(Self { ty: ty.clone(), source: Source::Asked(ask, inner.clone()) });
        }
        let written = text::of(ty);
        let what = format!("the {place} `{name}` is of type `{written}`, which is not asked for by a handle");
        let why = "a provider is made of `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<dyn _>` and `Config<_>`";
        let help = match instead(ty) {
            Some(handle) => format!("write `{name}: {handle}`{otherwise}"),
            None => format!("write `{name}: Inject<{written}>`{otherwise}"),
        };
        Err(syn::Error::new_spanned(ty, message(what, why, help)))
    }
}

/// The handle for a type that already shares what it holds.
fn instead(ty: &Type) -> Option<String> {
    if let Some(inner) = ["Arc", "Box", "Rc"].iter().find_map(|name| inner_of(ty, name)) {
        return Some(format!("Inject<{}>", text::of(inner)));
    }
    if let Some(inner @ Type::TraitObject(_)) =
        inner_of(ty, "Vec").and_then(|item| inner_of(item, "Arc").or(inner_of(item, "Box")))
    {
        return Some(format!("All<{}>", text::of(inner)));
    }
    if let Type::Reference(reference) = ty {
        return Some(format!("Inject<{}>", text::of(&*reference.elem)));
    }
    let bare = last_segment(ty).filter(|segment| segment.arguments.is_none())?;
    ["Inject", "Lazy", "Factory", "All", "Config"]
        .iter()
        .find(|name| bare.ident == **name)
        .map(|name| format!("{name}<..>"))
}
