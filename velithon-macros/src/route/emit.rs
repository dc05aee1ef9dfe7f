//! Writes the wrapper of a handler, its assertions and its record. Everything is decided by now.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Type};

use super::check::{Bound, Parameter, Place, Shape, Source, located};
use crate::signature::{Ask, inner_of};

/// The `const _` that stands beside the handler.
pub(crate) fn record(bound: &Bound) -> TokenStream {
    let symbols = symbols(bound);
    let assertions = assertions(bound);
    let wrapper = wrapper(bound);
    let fields = fields(bound);
    quote! {
        const _: () = {
            #symbols
            #assertions
            #wrapper
            ::velithon::__submit! { ::velithon::route::RouteRecord { #fields } }
        };
    }
}

/// One exported symbol for each method: a second route of the same shape is a symbol that is already defined.
fn symbols(bound: &Bound) -> TokenStream {
    let route = &bound.route;
    let options = &route.options;
    // The plan looks at these instead: conditions and guards decide at start and per request.
    if !options.when.is_empty() || options.accept.is_some() || options.header.is_some() || in_doctest() {
        return TokenStream::new();
    }
    let place = place_name();
    let path = route.path.normalised();
    let span = located(route.path.span());
    let symbols = route.methods.iter().enumerate().map(|(index, method)| {
        let symbol = format!("route {} {path} in {place}", method.value());
        let name = format_ident!("__VELITHON_ROUTE_{index}", span = span);
        quote_spanned! {span=>
            #[unsafe(export_name = #symbol)]
            static #name: u8 = 0;
        }
    });
    symbols.collect()
}

/// The crate and binary that is compiled: two crates may serve the same path if the plan allows it.
fn place_name() -> String {
    let name = std::env::var("CARGO_CRATE_NAME").unwrap_or_default();
    match std::env::var("CARGO_BIN_NAME") {
        Ok(binary) => format!("{name} {binary}"),
        Err(_) => name,
    }
}

/// Doctests are linked with the crate whose name they carry.
fn in_doctest() -> bool {
    std::env::var_os("UNSTABLE_RUSTDOC_TEST_PATH").is_some()
}

/// What the types must be, each said once, at the type.
fn assertions(bound: &Bound) -> TokenStream {
    let provided = bound.arguments.iter().map(|source| match source {
        Source::Dependency { ask, inner, .. } => dependency_assertion(*ask, inner),
        Source::Extractor { ty, .. } => {
            let span = ty.span();
            quote_spanned! {span=> let _ = ::velithon::route::extractor::<#ty, _>; }
        }
        Source::Capture { .. } | Source::Parameter(_) => TokenStream::new(),
    });
    let serialised = json_outputs(bound).map(|ty| {
        let span = ty.span();
        quote_spanned! {span=> let _ = ::velithon::reply::serialize::<#ty>; }
    });
    let checks: TokenStream = provided.chain(serialised).collect();
    let checks = (!checks.is_empty()).then(|| quote! { const _: fn() = || { #checks }; });
    let bodies = bodies(bound);
    quote!(#checks #bodies)
}

/// `provided::<T>` and its kin, at the type that is asked for.
pub(crate) fn dependency_assertion(ask: Ask, inner: &Type) -> TokenStream {
    let span = inner.span();
    match ask {
        Ask::Inject | Ask::Lazy | Ask::Factory => {
            quote_spanned! {span=> let _ = ::velithon::inject::provided::<#inner>; }
        }
        Ask::All => quote_spanned! {span=> let _ = ::velithon::inject::collected::<#inner>; },
        Ask::Config => quote_spanned! {span=> let _ = ::velithon::config::section::<#inner>; },
    }
}

/// `T` of a return type `Json<T>` or `Result<Json<T>, _>`.
fn json_outputs(bound: &Bound) -> impl Iterator<Item = Type> {
    let output = bound.route.signature.named_output();
    let inside = output.and_then(|ty| inner_of(ty, "Json").or_else(|| inner_of(inner_of(ty, "Result")?, "Json")));
    inside.filter(|ty| !matches!(ty, Type::Infer(_))).cloned().into_iter()
}

/// At most one argument may read the body; types that only the compiler knows are summed there.
fn bodies(bound: &Bound) -> TokenStream {
    let extractors: Vec<&Type> = bound
        .arguments
        .iter()
        .filter_map(|source| match source {
            Source::Extractor { ty, .. } => Some(ty),
            _ => None,
        })
        .collect();
    let get = bound.route.methods.iter().any(|method| matches!(method.value().as_str(), "GET" | "HEAD"));
    let whole = extractors.iter().any(|ty| crate::signature::last_segment(ty).is_some_and(|s| s.ident == "Request"));
    let span = located(bound.route.signature.name.span());
    let name = bound.route.signature.name.to_string();
    let two = format!("`{name}` takes two arguments that read the body, which can be read once; keep one of them");
    let on_get = format!(
        "`{name}` reads a body, but a GET or HEAD request has none; use `#[post]`, or take the whole `Request`"
    );
    let sum = quote_spanned! {span=> 0 #(+ ::velithon::route::bodies::<#extractors, _>())* };
    match extractors.len() {
        0 => TokenStream::new(),
        _ if get && !whole => quote_spanned! {span=> const _: () = ::core::assert!(#sum == 0, #on_get); },
        1 => TokenStream::new(),
        _ => quote_spanned! {span=> const _: () = ::core::assert!(#sum < 2, #two); },
    }
}

/// The asynchronous function that gives every argument its value and calls the handler.
fn wrapper(bound: &Bound) -> TokenStream {
    let call = Ident::new("__call", Span::mixed_site());
    let names: Vec<Ident> = (0..bound.arguments.len())
        .map(|index| format_ident!("__argument_{index}", span = Span::mixed_site()))
        .collect();
    let pairs = || names.iter().zip(&bound.arguments);
    let share = pairs()
        .any(|(_, source)| matches!(source, Source::Extractor { foreign: true, .. }))
        .then(|| quote! { #call.share(); });
    let first = pairs().map(|(name, source)| first_phase(name, source, &call));
    let second = pairs().map(|(name, source)| second_phase(name, source, &call));
    let imports = imports(bound);
    let reply = reply(bound, &names);
    quote! {
        async fn __velithon_serve(
            #[allow(unused_mut, unused_variables)] mut #call: ::velithon::route::Call,
        ) -> ::core::result::Result<::velithon::reply::Response, ::velithon::route::Rejected> {
            #imports
            #share
            #(#first)*
            #(#second)*
            ::core::result::Result::Ok(#reply)
        }
        fn __velithon_endpoint(
            #call: ::velithon::route::Call,
        ) -> ::velithon::inject::BoxFuture<'static, ::velithon::reply::Response> {
            ::velithon::route::serve(#call, __velithon_serve)
        }
    }
}

fn imports(bound: &Bound) -> TokenStream {
    let any = |wanted: fn(&Source) -> bool| bound.arguments.iter().any(wanted);
    let mut imports = TokenStream::new();
    if any(|source| matches!(source, Source::Extractor { .. } | Source::Dependency { ask: Ask::Config, .. })) {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{
                OtherArgument as _, OwnArgument as _, PartsArgument as _, ReadyArgument as _, WholeArgument as _,
            };
        });
    }
    if any(|source| matches!(source, Source::Dependency { .. })) {
        imports.extend(wanted_imports());
    }
    imports
}

/// The traits that [`wanted`] resolves by.
pub(crate) fn wanted_imports() -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use ::velithon::inject::{WantedAll as _, WantedNone as _, WantedOne as _};
    }
}

/// The key behind a type, whether or not it is provided.
pub(crate) fn wanted(inner: &Type) -> TokenStream {
    quote! { (&&&::velithon::inject::Wanted::<#inner>::NEW).key() }
}

fn first_phase(name: &Ident, source: &Source, call: &Ident) -> TokenStream {
    match source {
        Source::Capture { index, name: capture, ty } => {
            let span = ty.span();
            let parse = quote_spanned! {span=> #call.capture::<#ty>(#index, #capture) };
            quote! { let #name = #parse?; }
        }
        Source::Parameter(parameter) => {
            let value = value(parameter, call);
            quote! { let #name = #call.checked(#value)?; }
        }
        Source::Dependency { ask: Ask::Inject, inner, .. } => {
            let key = wanted(inner);
            quote! { let #name = ::velithon::Inject::<#inner>::from_object(#call.wanted(#key).await?); }
        }
        Source::Dependency { ask: Ask::All, inner, .. } => {
            let key = wanted(inner);
            quote! { let #name = ::velithon::All::<#inner>::from_object(#call.wanted(#key).await?); }
        }
        Source::Dependency { ask: Ask::Lazy, inner, .. } => {
            quote! { let #name = ::velithon::Lazy::<#inner>::from_resolver(#call.resolver()); }
        }
        Source::Dependency { ask: Ask::Factory, inner, .. } => {
            quote! { let #name = ::velithon::Factory::<#inner>::from_resolver(#call.resolver()); }
        }
        Source::Dependency { ask: Ask::Config, handle: ty, .. } | Source::Extractor { ty, .. } => {
            quote! { let #name = (&&&::velithon::route::Argument::<#ty>::NEW).start(&mut #call).await?; }
        }
    }
}

fn second_phase(name: &Ident, source: &Source, call: &Ident) -> TokenStream {
    match source {
        Source::Dependency { ask: Ask::Config, handle: ty, .. } | Source::Extractor { ty, .. } => {
            quote! { let #name = (&&::velithon::route::Argument::<#ty>::NEW).finish(#name, &mut #call).await?; }
        }
        _ => TokenStream::new(),
    }
}

/// One parameter, read and shaped.
fn value(parameter: &Parameter, call: &Ident) -> TokenStream {
    let Parameter { place, name, ty, shape } = parameter;
    let values = match place {
        Place::Query => quote!(::velithon::route::params::query(#call.query(), #name)),
        Place::Header => quote!(::velithon::route::params::header(#call.headers(), #name)),
        Place::Cookie => quote!(::velithon::route::params::cookie(#call.headers(), #name)),
    };
    match shape {
        Shape::One => {
            let span = ty.span();
            quote_spanned! {span=> #values.one::<#ty>() }
        }
        Shape::Default(default) => {
            let span = ty.span();
            quote_spanned! {span=> #values.or::<#ty>(|| #default) }
        }
        Shape::Optional(inner) => {
            let span = inner.span();
            quote_spanned! {span=> #values.option::<#inner>() }
        }
        Shape::Many(inner) => {
            let span = inner.span();
            quote_spanned! {span=> #values.all::<#inner>() }
        }
    }
}

/// The handler's call, turned into a response at the span of its return type.
fn reply(bound: &Bound, names: &[Ident]) -> TokenStream {
    let signature = &bound.route.signature;
    let handler = &signature.name;
    let awaiting = signature.awaiting();
    let value = match (&bound.route.owner, names.split_first()) {
        (Some(owner), Some((this, rest))) if signature.receiver.is_some() => {
            quote! { <#owner>::#handler(&*#this #(, #rest)*)#awaiting }
        }
        (Some(owner), _) => quote! { <#owner>::#handler(#(#names),*)#awaiting },
        (None, _) if bound.route.options.blocking.is_some() => {
            quote! { ::velithon::route::blocking(move || #handler(#(#names),*)).await? }
        }
        (None, _) => quote! { #handler(#(#names),*)#awaiting },
    };
    let status = match &bound.route.options.status {
        Some(status) => quote!(#status),
        None => quote!(0),
    };
    match signature.named_output() {
        Some(ty) => {
            let span = ty.span();
            let ty = without_lifetimes(ty);
            quote_spanned! {span=> ::velithon::route::reply::<#ty>(#value, #status) }
        }
        None => quote! { ::velithon::route::reply(#value, #status) },
    }
}

/// A return type may name lifetimes of the handler, which mean nothing in the wrapper.
fn without_lifetimes(ty: &Type) -> Type {
    struct Eraser;
    impl syn::visit_mut::VisitMut for Eraser {
        fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = syn::Lifetime::new("'_", lifetime.span());
            }
        }
    }
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Eraser, &mut ty);
    ty
}

/// The fields of the record.
fn fields(bound: &Bound) -> TokenStream {
    let route = &bound.route;
    let methods = &route.methods;
    let path = route.path.as_str();
    let handler = match &route.owner {
        Some(owner) => format!("{}::{}", crate::text::of(owner), route.signature.name),
        None => route.signature.name.to_string(),
    };
    let dependencies = dependencies(&bound.arguments);
    let options = options(bound);
    let origin = crate::place::origin(route.signature.name.span());
    quote! {
        methods: &[#(#methods),*],
        path: ::std::borrow::Cow::Borrowed(#path),
        handler: #handler,
        call: __velithon_endpoint,
        dependencies: &[#dependencies],
        options: #options,
        origin: #origin,
    }
}

fn dependencies(arguments: &[Source]) -> TokenStream {
    let listed = arguments.iter().filter_map(|source| match source {
        Source::Dependency { ask: Ask::Config, handle, .. } => Some(argument_dependency(handle)),
        Source::Dependency { ask, inner, .. } => Some(dependency(*ask, inner)),
        Source::Extractor { ty, .. } => Some(argument_dependency(ty)),
        _ => None,
    });
    listed.collect()
}

/// The record of `Inject<T>` and its kin.
pub(crate) fn dependency(ask: Ask, inner: &Type) -> TokenStream {
    let ask = ask.variant();
    let imports = wanted_imports();
    let key = wanted(inner);
    quote! {
        ::velithon::inject::Dependency { key: || { #imports #key }, ask: ::velithon::inject::Ask::#ask },
    }
}

/// The record of an argument whose handle only the compiler knows.
pub(crate) fn argument_dependency(ty: &Type) -> TokenStream {
    quote! {
        ::velithon::inject::Dependency {
            key: || {
                #[allow(unused_imports)]
                use ::velithon::route::{OtherArgument as _, OwnArgument as _};
                (&&&::velithon::route::Argument::<#ty>::NEW).dependency()
            },
            ask: ::velithon::inject::Ask::Inject,
        },
    }
}

/// The options that differ from `RouteOptions::NONE`.
fn options(bound: &Bound) -> TokenStream {
    let options = &bound.route.options;
    let mut set = TokenStream::new();
    let mut put = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        set.extend(quote! { #name: #value, });
    };
    if let Some(status) = &options.status {
        put("status", quote!(#status));
    }
    if !options.when.is_empty() {
        let when = &options.when;
        put("when", quote!(&[#(#when),*]));
    }
    if let Some(accept) = &options.accept {
        put("accept", quote!(::core::option::Option::Some(#accept)));
    }
    if let Some((name, value)) = &options.header {
        put("header", quote!(::core::option::Option::Some((#name, #value))));
    }
    if let Some(bytes) = options.body_limit.as_ref().and_then(|limit| crate::size::parse(limit).ok()) {
        put("body_limit", quote!(::core::option::Option::Some(#bytes)));
    }
    if options.path_mismatch.as_ref().is_some_and(|status| status.base10_digits() == "404") {
        put("path_mismatch_not_found", quote!(true));
    }
    for (name, list) in [("middleware", &options.middleware), ("skip", &options.skip)] {
        if !list.is_empty() {
            let list = list.iter().map(|name| LitStr::new(&name.to_string(), name.span()));
            put(name, quote!(&[#(#list),*]));
        }
    }
    if !options.tags.is_empty() {
        let tags = &options.tags;
        put("tags", quote!(&[#(#tags),*]));
    }
    documented(bound, &mut put);
    if uses_axum_path(bound) {
        put("axum_path", quote!(true));
    }
    if bound.arguments.iter().any(|source| matches!(source, Source::Extractor { foreign: true, .. })) {
        put("foreign", quote!(true));
    }
    if options.grouped {
        put("grouped", quote!(true));
    }
    quote! { ::velithon::route::RouteOptions { #set ..::velithon::route::RouteOptions::NONE } }
}

fn documented(bound: &Bound, put: &mut impl FnMut(&str, TokenStream)) {
    let signature = &bound.route.signature;
    for (name, text) in [("summary", &signature.doc.summary), ("description", &signature.doc.description)] {
        if !text.is_empty() {
            put(name, text.to_token_stream());
        }
    }
    if signature.deprecated {
        put("deprecated", quote!(true));
    }
}

/// Whether an extractor may read the path parameters that only axum's router supplies.
fn uses_axum_path(bound: &Bound) -> bool {
    let captures = bound.route.path.captures().next().is_some();
    let foreign = |source: &Source| matches!(source, Source::Extractor { foreign: true, ty } if !crate::signature::last_segment(ty).is_some_and(|s| s.ident == "Request"));
    let matched =
        |source: &Source| matches!(source, Source::Extractor { ty, .. } if crate::text::of(ty).contains("MatchedPath"));
    (captures && bound.arguments.iter().any(foreign)) || bound.arguments.iter().any(matched)
}
