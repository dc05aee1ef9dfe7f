//! What the types must be, each said once, at the type.
//!
//! An assertion names a constant or function of a trait: that says no more than what is missing, where a bound of a
//! function would show that function too. It stands at the type it is about, so that this is where the caret is.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use super::wrapper::without_lifetimes;
use crate::route::check::{Bound, Source, is_bodiless, is_named, located, reads_body};
use crate::signature::{Ask, inner_of, last_segment};
use crate::text;

/// What the types of a handler must be, at its types.
pub(crate) fn assertions(bound: &Bound) -> TokenStream {
    let mut checks = TokenStream::new();
    for source in &bound.arguments {
        match source {
            Source::Dependency { ask, inner, .. } => checks.extend(dependency(*ask, inner)),
            Source::Extractor { ty, .. } => checks.extend(inside(ty)),
            Source::Capture { .. } | Source::Parameter(_) => {}
        }
    }
    checks.extend(bound.route.signature.named_output().map(|ty| returned(&without_lifetimes(ty))));
    let checks = (!checks.is_empty()).then(|| quote! { const _: fn() = || { #checks }; });
    let bodies = bodies(bound);
    quote!(#checks #bodies)
}

/// That a type is provided, a collection or a section.
pub(crate) fn dependency(ask: Ask, inner: &Type) -> TokenStream {
    let span = located(inner.span());
    match ask {
        Ask::Inject | Ask::Lazy | Ask::Factory => {
            quote_spanned! {span=> let _ = <#inner as ::velithon::inject::Provide>::key; }
        }
        Ask::All => quote_spanned! {span=> let _ = <#inner as ::velithon::inject::ProvideAll>::key; },
        Ask::Config => quote_spanned! {span=> let _ = <#inner as ::velithon::config::Section>::key; },
    }
}

/// What a handler or middleware returns, taken apart as far as names tell, so that the part to blame is the one that is shown.
pub(crate) fn returned(ty: &Type) -> TokenStream {
    if is_named(ty, "Result") {
        match types_in(ty).as_slice() {
            [value, error] => {
                return [returned(value), asserted(error, &quote!(route::ErrorReply))].into_iter().collect();
            }
            [value] => return [returned(value), aliased_error(ty)].into_iter().collect(),
            _ => {}
        }
    }
    if let Type::Tuple(tuple) = ty
        && let Some(inner) = tuple.elems.last().and_then(|last| inner_of(last, "Json"))
    {
        let mut rest = tuple.clone();
        if let Some(last) = rest.elems.last_mut() {
            with_unit(last);
        }
        let rest = quote! { let _ = <#rest as ::velithon::Reply>::reply; };
        return [asserted(element(inner), &quote!(reply::Writable)), rest].into_iter().collect();
    }
    match inner_of(ty, "Json") {
        Some(inner) => asserted(element(inner), &quote!(reply::Writable)),
        None => quote_spanned! {located(ty.span())=> let _ = <#ty as ::velithon::Reply>::reply; },
    }
}

/// The error of an alias such as `io::Result<_>`, which is not written anywhere.
fn aliased_error(ty: &Type) -> TokenStream {
    let (start, end) = ends(ty);
    let open = quote_spanned! {start=> < };
    let close = quote_spanned! {end=> ::Error };
    quote! { let _ = <#open #ty as ::velithon::route::Fallible> #close as ::velithon::route::ErrorReply>::ASSERTED; }
}

/// Writes `Json<()>` for `Json<Account>`, so that the rest of a type can be looked at alone.
fn with_unit(json: &mut Type) {
    struct Unit;
    impl syn::visit_mut::VisitMut for Unit {
        fn visit_generic_argument_mut(&mut self, argument: &mut GenericArgument) {
            if let GenericArgument::Type(ty) = argument {
                *ty = syn::parse_quote!(());
            }
        }
    }
    syn::visit_mut::VisitMut::visit_type_mut(&mut Unit, json);
}

/// The first and the last token of a type: from one to the other, an error underlines all of it.
fn ends(ty: &Type) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let start = spans.next().unwrap_or_else(Span::call_site);
    (start, spans.last().unwrap_or(start))
}

/// What an extractor asks of the type inside it.
fn inside(ty: &Type) -> TokenStream {
    let valid = inner_of(ty, "Valid");
    let Some(inner) = inner_of_extractor(valid.unwrap_or(ty)) else { return TokenStream::new() };
    let read = asserted(element(inner), &quote!(route::Readable));
    let ruled = valid.map(|_| asserted(element(inner), &quote!(route::Ruled)));
    quote!(#read #ruled)
}

/// `T` of `Json<T>` and its kin, which are extractors when `T` can be read.
fn inner_of_extractor(ty: &Type) -> Option<&Type> {
    ["Json", "Form", "Query", "Path"].iter().find_map(|name| inner_of(ty, name))
}

/// The type to blame when a list or option of it does not fit.
fn element(ty: &Type) -> &Type {
    ["Vec", "Option", "Box"].iter().find_map(|name| inner_of(ty, name)).map_or(ty, element)
}

fn asserted(ty: &Type, what: &TokenStream) -> TokenStream {
    let span = located(ty.span());
    quote_spanned! {span=> let _ = <#ty as ::velithon::#what>::ASSERTED; }
}

/// The types in the angle brackets of a path.
fn types_in(ty: &Type) -> Vec<&Type> {
    let Some(PathArguments::AngleBracketed(arguments)) = last_segment(ty).map(|segment| &segment.arguments) else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Every extractor is one; at most one of them reads the body, and none on a method without one.
fn bodies(bound: &Bound) -> TokenStream {
    let extractors = bound.arguments.iter().filter_map(|source| match source {
        Source::Extractor { ty, .. } => Some(ty),
        _ => None,
    });
    let mut rules = TokenStream::new();
    let mut earlier: Vec<&Type> = Vec::new();
    for ty in extractors {
        rules.extend(reads(earlier.len(), ty));
        rules.extend(refusals(bound, &earlier, ty));
        earlier.push(ty);
    }
    rules
}

/// Whether an extractor reads the body: by its name, or by its type, which also says that it is one.
fn reads(index: usize, ty: &Type) -> TokenStream {
    let name = format_ident!("__VELITHON_READS_{index}");
    let span = located(ty.span());
    let inside = inner_of_extractor(inner_of(ty, "Valid").unwrap_or(ty)).is_some();
    if inside {
        let reads = reads_body(ty);
        return quote_spanned! {span=> #[allow(dead_code)] const #name: bool = #reads; };
    }
    let extractor = match is_named(ty, "State") {
        true => quote_spanned!(span=> StateExtractor),
        false => quote_spanned!(span=> Extractor),
    };
    quote_spanned! {span=>
        #[allow(dead_code)]
        const #name: bool = <#ty as ::velithon::route::#extractor<_>>::READS_BODY;
    }
}

/// The rules that an extractor breaks if it reads the body.
fn refusals(bound: &Bound, earlier: &[&Type], ty: &Type) -> TokenStream {
    let name = |index: usize| format_ident!("__VELITHON_READS_{index}");
    let this = name(earlier.len());
    let mut rules = TokenStream::new();
    let bodiless = bound.route.methods.iter().any(is_bodiless);
    if bodiless && !is_named(ty, "Request") {
        let told = format!(
            "`{}` reads the body, but a GET or HEAD request has none; use `#[post]`, or take the whole `Request`",
            text::of(ty)
        );
        rules.extend(verify(ty, &quote!(!#this), &told));
    }
    for (index, other) in earlier.iter().enumerate() {
        let other_name = name(index);
        let told = format!(
            "`{}` and `{}` both read the body, which can be read once; keep one of them",
            text::of(other),
            text::of(ty)
        );
        rules.extend(verify(ty, &quote!(!(#other_name && #this)), &told));
    }
    rules
}

/// A rule that the compiler evaluates, told at a type.
fn verify(ty: &Type, rule: &TokenStream, told: &str) -> TokenStream {
    let (start, end) = ends(ty);
    let call = quote_spanned! {start=> ::velithon::record::verify };
    let arguments = quote_spanned! {end=> (#rule, #told) };
    quote! { const _: () = #call #arguments; }
}
