//! Tokens to a middleware with spans: the keys of the attribute, and what each argument of the function is.

use proc_macro2::{Ident, TokenStream};
use syn::spanned::Spanned;
use syn::{Expr, ItemFn, LitStr, Path, Type};

use crate::faults::{Faults, message, nearest};
use crate::keys::{Pair, each, pairs, text, ungrouped};
use crate::signature::{Ask, Signature, last_segment};

/// The keys of `#[middleware]`.
const KEYS: [&str; 7] = ["priority", "after", "before", "path", "except", "methods", "when"];

/// The methods of RFC 9110 (section 9.3) and RFC 5789 that reach a route.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// An annotated function with its attribute read.
pub(crate) struct Middleware {
    /// As it was written, less our own argument attributes.
    pub(crate) item: ItemFn,
    pub(crate) signature: Signature,
    pub(crate) keys: Keys,
    /// One per argument.
    pub(crate) roles: Vec<Role>,
}

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) priority: Option<Expr>,
    pub(crate) after: Vec<Path>,
    pub(crate) before: Vec<Path>,
    pub(crate) paths: Vec<LitStr>,
    pub(crate) except: Vec<LitStr>,
    pub(crate) methods: Vec<Ident>,
    pub(crate) when: Option<LitStr>,
}

/// What an argument is there for.
pub(crate) enum Role {
    Request,
    Next,
    /// `Inject<_>` and its kin, by name.
    Handle(Ask, Box<Type>),
    /// Anything else: the compiler finds out, a renamed handle included.
    Extracted,
}

/// Which of the two kinds of function it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Takes `Next`: called for each request.
    Around,
    /// Takes none: called once, returns a layer.
    Layer,
}

impl Middleware {
    pub(crate) fn parse(attribute: TokenStream, mut item: ItemFn, faults: &mut Faults) -> Self {
        let keys = Keys::parse(attribute, faults);
        let signature = Signature::read(&mut item.sig, &item.attrs, faults);
        let roles = signature.arguments.iter().map(|argument| Role::of(&argument.ty)).collect();
        Self { item, signature, keys, roles }
    }

    pub(crate) fn form(&self) -> Form {
        if self.roles.iter().any(|role| matches!(role, Role::Next)) { Form::Around } else { Form::Layer }
    }
}

impl Role {
    fn of(ty: &Type) -> Self {
        // A borrowed one is refused by its own rule, and by no other.
        if let Type::Reference(reference) = ty {
            return Self::of(&reference.elem);
        }
        match (Ask::of(ty), last_segment(ty)) {
            (Some((ask, inner)), _) => Self::Handle(ask, Box::new(inner.clone())),
            (None, Some(segment)) if segment.ident == "Request" => Self::Request,
            (None, Some(segment)) if segment.ident == "Next" => Self::Next,
            _ => Self::Extracted,
        }
    }
}

impl Keys {
    fn parse(attribute: TokenStream, faults: &mut Faults) -> Self {
        let mut keys = Self::default();
        for Pair { key, value } in pairs("middleware", attribute, &KEYS, faults) {
            match key.to_string().as_str() {
                "priority" => keys.priority = faults.keep(priority(value)),
                "after" => keys.after = several(value, |one| middleware_name(&key, one), faults),
                "before" => keys.before = several(value, |one| middleware_name(&key, one), faults),
                "path" => keys.paths = several(value, |one| text(&key, one, "/api/**"), faults),
                "except" => keys.except = several(value, |one| text(&key, one, "/health"), faults),
                "methods" => keys.methods = several(value, method, faults),
                _ => keys.when = faults.keep(text(&key, &ungrouped(value), "shop.cache == redis")),
            }
        }
        keys
    }
}

fn several<T>(value: Expr, read: impl Fn(&Expr) -> syn::Result<T>, faults: &mut Faults) -> Vec<T> {
    each(value).iter().filter_map(|one| faults.keep(read(one))).collect()
}

/// A number or the name of a band; anything else that is constant is left to the compiler.
fn priority(value: Expr) -> syn::Result<Expr> {
    let value = ungrouped(value);
    match &value {
        Expr::Lit(literal) if !matches!(literal.lit, syn::Lit::Int(_)) => Err(syn::Error::new(
            value.span(),
            message(
                "`priority` takes a whole number or the name of a band",
                "",
                "write `priority = 40` or `priority = AUTHENTICATION`, without quotes",
            ),
        )),
        _ => Ok(value),
    }
}

fn middleware_name(key: &Ident, value: &Expr) -> syn::Result<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
        other => Err(syn::Error::new(
            other.span(),
            message(
                format_args!("`{key}` names other middleware functions"),
                "",
                format_args!("write `{key} = audit` or `{key} = [audit, crate::web::trace]`"),
            ),
        )),
    }
}

fn method(value: &Expr) -> syn::Result<Ident> {
    let named = match value {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let typed = match (value, named) {
        (_, Some(name)) if METHODS.iter().any(|method| name == method) => return Ok(name.clone()),
        (_, Some(name)) => name.to_string(),
        (Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }), None) => format!("\"{}\"", text.value()),
        _ => {
            return Err(syn::Error::new(
                value.span(),
                message("a method is a name", "", "write `methods = [GET, POST]`"),
            ));
        }
    };
    let help = match nearest(&typed.trim_matches('"').to_uppercase(), METHODS) {
        Some(name) => format!("write `{name}`"),
        None => format!("the methods are {}", crate::faults::list(&METHODS)),
    };
    Err(syn::Error::new(value.span(), message(format_args!("`{typed}` is not a method"), "", help)))
}
