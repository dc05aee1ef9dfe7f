//! A function as the macros see it: its arguments with their own attributes, and everything needed to call it.
//!
//! [`Signature::read`] takes the argument attributes that are ours (`#[query]` and its kin) out of the item, since rustc
//! refuses them there; the rest of the item is kept as it was written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, PatType, ReturnType, Safety, Type};

use crate::faults::{Faults, message};

/// The names of argument attributes that velithon reads.
pub(crate) const ARGUMENT_ATTRIBUTES: [&str; 3] = ["query", "header", "cookie"];

/// One argument of an annotated function.
#[derive(Clone)]
pub(crate) struct Argument {
    /// The name; a pattern such as `Json(body)` has none.
    pub(crate) name: Option<Ident>,
    pub(crate) ty: Type,
    /// `#[query]`, `#[header]`, `#[cookie]`, taken out of the item.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) span: Span,
}

/// What a macro knows of a function besides its body.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    /// `&self` is allowed in a controller only.
    pub(crate) receiver: Option<syn::Receiver>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) output: ReturnType,
    pub(crate) doc: Doc,
    pub(crate) deprecated: bool,
}

/// A doc comment: its first paragraph and the rest.
#[derive(Clone, Default)]
pub(crate) struct Doc {
    pub(crate) summary: String,
    pub(crate) description: String,
}

impl Signature {
    /// Reads a signature and takes our argument attributes out of it.
    pub(crate) fn read(signature: &mut syn::Signature, attributes: &[Attribute], faults: &mut Faults) -> Self {
        refuse_generics(signature, faults);
        let mut receiver = None;
        let mut arguments = Vec::new();
        for input in &mut signature.inputs {
            match input {
                FnArg::Receiver(found) => receiver = Some(found.clone()),
                FnArg::Typed(typed) => {
                    refuse_argument(typed, faults);
                    let (ours, theirs) = std::mem::take(&mut typed.attrs).into_iter().partition(is_ours);
                    typed.attrs = theirs;
                    arguments.push(Argument {
                        name: name_of(&typed.pat),
                        ty: (*typed.ty).clone(),
                        attributes: ours,
                        span: typed.span(),
                    });
                }
            }
        }
        Self {
            name: signature.ident.clone(),
            is_async: signature.asyncness.is_some(),
            receiver,
            arguments,
            output: signature.output.clone(),
            doc: Doc::read(attributes),
            deprecated: attributes.iter().any(|attribute| attribute.path().is_ident("deprecated")),
        }
    }

    /// The type that is returned, unless it is none or an `impl Trait`, which cannot be named.
    pub(crate) fn named_output(&self) -> Option<&Type> {
        match &self.output {
            ReturnType::Type(_, ty) if !contains_impl(ty) => Some(ty),
            _ => None,
        }
    }

    /// `.await` for an `async fn`.
    pub(crate) fn awaiting(&self) -> TokenStream {
        if self.is_async { quote!(.await) } else { TokenStream::new() }
    }
}

fn refuse_generics(signature: &syn::Signature, faults: &mut Faults) {
    let generic =
        signature.generics.params.iter().find(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        faults.push(
            generic.span(),
            message(
                format_args!("`{}` is generic, and a record needs one function to call", signature.ident),
                "nothing would say which type stands for the parameter",
                "write the type out, or write one function for each type that calls the generic one",
            ),
        );
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let what = format!("`{}` is unsafe, and velithon calls it", signature.ident);
        faults.push(unsafety.span(), message(what, "", "write a safe function that calls it"));
    }
}

/// What no argument of an annotated function can be.
fn refuse_argument(argument: &PatType, faults: &mut Faults) {
    if contains_impl(&argument.ty) {
        faults.push(
            argument.ty.span(),
            message(
                format_args!("an argument cannot be `{}`", crate::text::of(&argument.ty)),
                "nothing would say which type stands for it",
                "write the type out",
            ),
        );
    }
    let conditional = |attribute: &&Attribute| ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name));
    if let Some(attribute) = argument.attrs.iter().find(conditional) {
        let help = "put `#[cfg(..)]` above the whole function, and write a second one for the other case";
        faults.push(attribute.span(), message("an argument cannot be configured out", "", help));
    }
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().get_ident().is_some_and(|name| ARGUMENT_ATTRIBUTES.iter().any(|ours| name == ours))
}

fn name_of(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(named) => Some(named.ident.clone()),
        _ => None,
    }
}

fn contains_impl(ty: &Type) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_type_impl_trait(&mut self, _: &syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_type(&mut finder, ty);
    finder.0
}

impl Doc {
    pub(crate) fn read(attributes: &[Attribute]) -> Self {
        let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
        let text = lines.join("\n");
        let (summary, description) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
        Self { summary: summary.replace('\n', " ").trim().to_owned(), description: description.trim().to_owned() }
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| {
        let text = text.value();
        text.strip_prefix(' ').map_or_else(|| text.clone(), str::to_owned)
    })
}

/// The last segment of a type's path: `Inject` of `velithon::Inject<Users>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// `T` of `Name<T>`, when the type's last segment is `name`.
pub(crate) fn inner_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// How a dependency is asked for, by the name of its handle; a renamed handle is found by the compiler instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    Inject,
    Lazy,
    Factory,
    All,
    Config,
}

impl Ask {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Inject, "Inject"),
        (Self::Lazy, "Lazy"),
        (Self::Factory, "Factory"),
        (Self::All, "All"),
        (Self::Config, "Config"),
    ];

    /// The handle and what it asks for.
    pub(crate) fn of(ty: &Type) -> Option<(Self, &Type)> {
        Self::ALL.iter().find_map(|(ask, name)| inner_of(ty, name).map(|inner| (*ask, inner)))
    }

    /// Its variant in `velithon::inject::Ask`.
    pub(crate) fn variant(self) -> Ident {
        let name = Self::ALL.iter().find(|(ask, _)| *ask == self).map_or("Inject", |(_, name)| name);
        Ident::new(name, Span::call_site())
    }
}
