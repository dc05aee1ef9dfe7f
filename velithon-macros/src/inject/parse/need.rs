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
    Asked(Ask, Box<Type>),
    /// `#[inject(default)]`
    Default,
    /// `#[inject(value = expr)]`
    Value(Box<Expr>),
}

/// Where a handle was expected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Field,
    Argument,
}

impl Need {
    /// What a handle asks for; a type that is none is a fault that says what to write.
    pub(super) fn handle(ty: &Type, name: &str, place: Place) -> syn::Result<Self> {
        if let Some((ask, inner)) = Ask::of(ty) {
            return Ok(Self { ty: ty.clone(), source: Source::Asked(ask, Box::new(inner.clone())) });
        }
        let written = text::of(ty);
        let noun = if place == Place::Field { "field" } else { "argument" };
        let what = format!("the {noun} `{name}: {written}` does not say where its value comes from");
        let why = "what is provided is asked for by `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<dyn _>` or `Config<_>`";
        let help = match (is_plain(ty), place) {
            (true, Place::Field) => "put `#[inject(default)]` or `#[inject(value = ..)]` above it".to_owned(),
            (true, Place::Argument) => {
                "make it inside the function, or take a section of the configuration: `Config<_>`".to_owned()
            }
            (false, Place::Field) => format!(
                "write `{name}: {}`, or put `#[inject(default)]` or `#[inject(value = ..)]` above it",
                instead(ty).unwrap_or_else(|| format!("Inject<{written}>"))
            ),
            (false, Place::Argument) => {
                format!("write `{name}: {}`", instead(ty).unwrap_or_else(|| format!("Inject<{written}>")))
            }
        };
        Err(syn::Error::new_spanned(ty, message(what, why, help)))
    }
}

/// Whether a type is one of std's for plain values, which nobody provides.
fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 18] = [
        "bool", "char", "String", "str", "Vec", "Option", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "VecDeque",
        "Mutex", "RwLock", "Cell", "RefCell", "OnceLock", "Duration", "PathBuf",
    ];
    let name = match (last_segment(ty), ty) {
        (Some(segment), _) => segment.ident.to_string(),
        (None, Type::Reference(reference)) => return is_plain(&reference.elem),
        (None, ty) => return matches!(ty, Type::Tuple(_) | Type::Array(_) | Type::Slice(_)),
    };
    let number = |kinds: &[&str]| kinds.iter().any(|kind| name.strip_prefix(kind).is_some_and(is_size));
    let holds_handles = inner_of(ty, "Vec").is_some_and(|item| instead(item).is_some());
    !holds_handles && (PLAIN.contains(&name.as_str()) || name.starts_with("Atomic") || number(&["u", "i", "f"]))
}

fn is_size(text: &str) -> bool {
    matches!(text, "8" | "16" | "32" | "64" | "128" | "size")
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
    None
}
