//! Writes a middleware's key, its order as consts, its wrapper and its record. Everything is decided by now.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Path, ReturnType, Type};

use super::check::shown;
use super::parse::{Form, Middleware, Role};
use crate::route::check::{is_plain, located};
use crate::route::emit::{
    argument_dependency, dependency, dependency_assertion, returned_assertion, wanted, wanted_imports,
    without_lifetimes,
};
use crate::signature::{Argument, Ask};

/// The function, its key, and the `const _` beside them.
pub(super) fn emit(middleware: &Middleware) -> TokenStream {
    let item = &middleware.item;
    let key = key(middleware);
    let conditions = conditions(middleware);
    let deprecated = middleware.signature.deprecated.then(|| quote! { #[allow(deprecated)] });
    let rules = Rules::of(middleware);
    let (aliases, ordered, contradictions) = (rules.aliases(), rules.ordered(), rules.contradictions());
    let run = match middleware.form() {
        Form::Around => around(middleware),
        Form::Layer => layer(middleware),
    };
    let record = record(middleware, &rules);
    quote! {
        #item
        #key
        #(#conditions)*
        #deprecated
        const _: () = {
            #aliases
            #ordered
            #contradictions
            #run
            #record
        };
    }
}

/// The key with no order, for a middleware that has faults of its own.
pub(super) fn key_alone(middleware: &Middleware) -> TokenStream {
    let key = key(middleware);
    let conditions = conditions(middleware);
    let name = &middleware.signature.name;
    quote! { #key #(#conditions)* impl ::velithon::middleware::Ordered for #name {} }
}

/// The type of the function's name and visibility that `after` and `before` of others name.
fn key(middleware: &Middleware) -> TokenStream {
    let visibility = &middleware.item.vis;
    let name = &middleware.signature.name;
    let conditions = conditions(middleware);
    // Where rustc mentions the key, it points at the function's name.
    quote_spanned! {located(name.span())=>
        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility enum #name {}
    }
}

/// A function that is not there has no key and no record either.
fn conditions(middleware: &Middleware) -> Vec<&Attribute> {
    middleware.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// One `after` or `before`, under an alias: a name that does not exist is then one error.
struct Rule<'m> {
    key: &'static str,
    path: &'m Path,
    alias: Ident,
    /// The caret: stable Rust joins no spans, and of `web::trace` the last name says most.
    span: Span,
}

struct Rules<'m> {
    middleware: &'m Middleware,
    after: Vec<Rule<'m>>,
    before: Vec<Rule<'m>>,
}

impl<'m> Rules<'m> {
    fn of(middleware: &'m Middleware) -> Self {
        let read = |key: &'static str, prefix: &str, paths: &'m [Path]| {
            let named = paths.iter().enumerate().map(|(index, path)| {
                let span = located(path.segments.last().map_or_else(Span::call_site, |last| last.ident.span()));
                Rule { key, path, alias: format_ident!("{prefix}{index}", span = span), span }
            });
            named.collect()
        };
        Self {
            middleware,
            after: read("after", "__VelithonAfter", &middleware.keys.after),
            before: read("before", "__VelithonBefore", &middleware.keys.before),
        }
    }

    fn aliases(&self) -> TokenStream {
        let both = self.after.iter().chain(&self.before);
        both.map(|Rule { alias, path, .. }| quote! { type #alias = #path; }).collect()
    }

    /// The implementation of `Ordered`, less what its defaults already say.
    fn ordered(&self) -> TokenStream {
        // A circle is reported at the header of the implementation first, so the header stands at the function's name.
        let name = &self.middleware.signature.name;
        let span = located(name.span());
        let priority = self.middleware.keys.priority.as_ref().map(priority);
        let after = Self::depth(&self.after, "AFTER");
        let before = Self::depth(&self.before, "BEFORE");
        quote_spanned! {span=> impl ::velithon::middleware::Ordered for #name { #priority #after #before } }
    }

    /// 1 + the greatest depth that is named: rules in a circle have none.
    fn depth(rules: &[Rule<'_>], name: &str) -> TokenStream {
        let (Some(first), Some(last)) = (rules.first(), rules.last()) else { return TokenStream::new() };
        // A circle is told at the whole constant: from its first token to its last, which is the list as it was written.
        let depth = Ident::new(name, last.span);
        let one = |Rule { alias, span, .. }: &Rule<'_>| {
            quote_spanned! {*span=> <#alias as ::velithon::middleware::Ordered>::#depth }
        };
        let greater = |a, b| quote_spanned! {last.span=> ::velithon::inject::max2(#a, #b) };
        let deepest = rules.iter().map(one).reduce(greater);
        let head = quote_spanned! {last.span=> #depth: u32 };
        let end = quote_spanned! {last.span=> ; };
        quote_spanned! {first.span=> const #head = 1 + #deepest #end }
    }

    /// What the written priorities must not deny.
    fn contradictions(&self) -> TokenStream {
        let name = &self.middleware.signature.name;
        let denied = |rule: &Rule<'_>| {
            let Rule { key, path, alias, span } = rule;
            let (outer, inner) = match *key {
                "after" => (quote!(#alias), quote!(#name)),
                _ => (quote!(#name), quote!(#alias)),
            };
            let message = contradiction(name, key, &shown(path));
            quote_spanned! {*span=>
                const _: () = ::velithon::record::verify(::velithon::middleware::may_enclose::<#outer, #inner>(), #message);
            }
        };
        match self.middleware.keys.priority {
            Some(_) => self.after.iter().chain(&self.before).map(denied).collect(),
            None => TokenStream::new(),
        }
    }

    fn identities(rules: &[Rule<'_>]) -> TokenStream {
        let aliases = rules.iter().map(|rule| &rule.alias);
        quote! { &[#(|| ::core::any::TypeId::of::<#aliases>()),*] }
    }
}

fn contradiction(name: &Ident, key: &str, other: &str) -> String {
    let (side, least) = if key == "after" { ("outside", "at least") } else { ("inside", "at most") };
    format!(
        "the priority of `{name}` contradicts its `{key} = {other}`: the lower priority is further out, so `{name}` would \
         run {side} of `{other}`; give it {least} the priority of `{other}`, or none"
    )
}

/// The bands need no import, and a const of the user's own of the same name goes first.
fn priority(value: &Expr) -> TokenStream {
    let span = located(value.span());
    let value = match value {
        Expr::Lit(_) | Expr::Unary(_) => quote!(#value),
        named => quote! {{
            #[allow(unused_imports)]
            use ::velithon::middleware::band::*;
            {
                #[allow(unused_imports)]
                use self::*;
                #named
            }
        }},
    };
    quote_spanned! {span=> const PRIORITY: ::core::option::Option<i32> = ::core::option::Option::Some(#value); }
}

/// The wrapper of a function that takes `Next`.
fn around(middleware: &Middleware) -> TokenStream {
    let [request, next] = ["request", "next"].map(|name| Ident::new(name, Span::mixed_site()));
    let assertions = assertions(middleware);
    let further = middleware.roles.iter().any(|role| matches!(role, Role::Handle(..) | Role::Extracted));
    if !further {
        let reply = reply(middleware, &arguments(middleware, &request, &next));
        return quote! {
            #assertions
            fn __velithon_run(
                #request: ::velithon::middleware::Request,
                #next: ::velithon::middleware::Next,
            ) -> ::velithon::inject::BoxFuture<'static, ::velithon::reply::Response> {
                ::std::boxed::Box::pin(async move { #reply })
            }
        };
    }
    let entry = Ident::new("entry", Span::mixed_site());
    let imports = imports(middleware);
    let share = extracted(middleware).any(|ty| !is_plain(ty)).then(|| quote! { #entry.call().share(); });
    let values = values(middleware, &entry);
    let reply = reply(middleware, &arguments(middleware, &request, &next));
    quote! {
        #assertions
        async fn __velithon_around(
            mut #entry: ::velithon::middleware::Entry,
        ) -> ::core::result::Result<::velithon::reply::Response, ::velithon::route::Rejected> {
            #imports
            #share
            #values
            let (#request, #next) = #entry.leave();
            ::core::result::Result::Ok(#reply)
        }
        fn __velithon_run(
            #request: ::velithon::middleware::Request,
            #next: ::velithon::middleware::Next,
        ) -> ::velithon::inject::BoxFuture<'static, ::velithon::reply::Response> {
            ::velithon::middleware::around(#next.enter(#request), __velithon_around)
        }
    }
}

fn extracted(middleware: &Middleware) -> impl Iterator<Item = &Type> {
    let both = middleware.signature.arguments.iter().zip(&middleware.roles);
    both.filter(|(_, role)| matches!(role, Role::Extracted)).map(|(argument, _)| &argument.ty)
}

/// What the types must be, each said once, at the type.
fn assertions(middleware: &Middleware) -> TokenStream {
    let one = |(argument, role): (&Argument, &Role)| match role {
        Role::Handle(ask, inner) => dependency_assertion(*ask, inner),
        Role::Extracted => {
            let ty = &argument.ty;
            quote_spanned! {ty.span()=> let _ = <#ty as ::velithon::middleware::HeadExtractor<_>>::ASSERTED; }
        }
        Role::Request | Role::Next => TokenStream::new(),
    };
    let arguments = middleware.signature.arguments.iter().zip(&middleware.roles).map(one);
    let returned = middleware.signature.named_output().map(|ty| returned_assertion(&without_lifetimes(ty)));
    let checks: TokenStream = arguments.chain(returned).collect();
    if checks.is_empty() {
        checks
    } else {
        quote! { const _: fn() = || { #checks }; }
    }
}

fn imports(middleware: &Middleware) -> TokenStream {
    let any = |wanted: fn(&Role) -> bool| middleware.roles.iter().any(wanted);
    let handles = any(|role| matches!(role, Role::Handle(..))).then(wanted_imports);
    let arguments = any(|role| matches!(role, Role::Extracted | Role::Handle(Ask::Config, _))).then(|| {
        quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{OtherHead as _, OwnHead as _, PartsHead as _};
        }
    });
    quote!(#handles #arguments)
}

/// Gives each further argument its value, in the order in which they are written.
fn values(middleware: &Middleware, entry: &Ident) -> TokenStream {
    let one = |(index, (argument, role)): (usize, (&Argument, &Role))| {
        let name = local(index);
        let ty = &argument.ty;
        match role {
            Role::Request | Role::Next => TokenStream::new(),
            Role::Handle(Ask::Config, _) | Role::Extracted => quote! {
                let #name = (&&&::velithon::route::Head::<#ty>::NEW).velithon_head(#entry.call()).await?;
            },
            Role::Handle(ask, inner) => {
                let value = handle(*ask, inner, &quote! { #entry.call().resolver() });
                quote! { let #name = #value; }
            }
        }
    };
    middleware.signature.arguments.iter().zip(&middleware.roles).enumerate().map(one).collect()
}

/// A handle out of a resolver.
fn handle(ask: Ask, inner: &Type, resolver: &TokenStream) -> TokenStream {
    let name = ask.variant();
    match ask {
        Ask::Inject | Ask::All => {
            let key = wanted(inner);
            quote! { ::velithon::#name::<#inner>::from_object(#resolver.wanted(#key).await?) }
        }
        // The one place that names a section, so a type that is none is one error.
        Ask::Config => {
            let key = quote_spanned! {inner.span()=> <#inner as ::velithon::config::Section>::key() };
            quote! { #resolver.config::<#inner>(::core::option::Option::Some(#key)).await? }
        }
        Ask::Lazy | Ask::Factory => quote! { ::velithon::#name::<#inner>::from_resolver(#resolver) },
    }
}

fn local(index: usize) -> Ident {
    format_ident!("argument_{index}", span = Span::mixed_site())
}

fn arguments(middleware: &Middleware, request: &Ident, next: &Ident) -> Vec<Ident> {
    let named = middleware.roles.iter().enumerate().map(|(index, role)| match role {
        Role::Request => request.clone(),
        Role::Next => next.clone(),
        Role::Handle(..) | Role::Extracted => local(index),
    });
    named.collect()
}

/// The function's call, turned into a response; the assertion at its type tells that it cannot be.
fn reply(middleware: &Middleware, arguments: &[Ident]) -> TokenStream {
    let name = &middleware.signature.name;
    let value = quote! { #name(#(#arguments),*).await };
    match middleware.signature.named_output().map(without_lifetimes) {
        Some(ty) => quote! {{
            use ::velithon::route::{AnyReturned as _, ReturnedReply as _};
            ::velithon::route::Returned::<#ty>(#value).velithon_reply(0)
        }},
        None => quote! { ::velithon::route::reply(#value, 0) },
    }
}

/// The builder of a function that returns a layer.
fn layer(middleware: &Middleware) -> TokenStream {
    let resolver = Ident::new("resolver", Span::mixed_site());
    let name = &middleware.signature.name;
    let handles = middleware.roles.iter().filter_map(|role| match role {
        Role::Handle(ask, inner) => Some((*ask, &**inner)),
        _ => None,
    });
    let handles: Vec<(Ask, &Type)> = handles.collect();
    let names: Vec<Ident> = (0..handles.len()).map(local).collect();
    let values = handles.iter().zip(&names).map(|((ask, inner), name)| {
        let value = handle(*ask, inner, &quote!(#resolver));
        quote! { let #name = #value; }
    });
    let assertions = handles.iter().map(|(ask, inner)| layer_assertion(name, *ask, inner));
    let imports = (!handles.is_empty()).then(wanted_imports);
    let awaiting = middleware.signature.awaiting();
    let layered = layered(&middleware.signature.output, &quote! { #name(#(#names),*)#awaiting });
    quote! {
        #(#assertions)*
        fn __velithon_layer<'r>(
            #resolver: ::velithon::inject::Resolver<'r>,
        ) -> ::velithon::inject::BoxFuture<
            'r,
            ::core::result::Result<::velithon::middleware::Layered, ::velithon::reply::Error>,
        > {
            ::std::boxed::Box::pin(async move {
                #imports
                let _ = #resolver;
                #(#values)*
                #layered
            })
        }
    }
}

/// A layer is built once, so what it holds must not belong to one request.
fn layer_assertion(name: &Ident, ask: Ask, inner: &Type) -> TokenStream {
    match ask {
        Ask::Inject | Ask::Lazy | Ask::Factory => {}
        Ask::All => {
            let assertion = dependency_assertion(ask, inner);
            return quote! { const _: fn() = || { #assertion }; };
        }
        // Said where its key is asked for.
        Ask::Config => return TokenStream::new(),
    }
    let span = located(inner.span());
    let shown = crate::text::of(inner);
    let message = format!(
        "the layer of `{name}` cannot hold the request-scoped `{shown}`: it is built once, at start; take it in a \
         middleware with `Next`"
    );
    quote_spanned! {span=>
        const _: () = ::velithon::record::verify(!<#inner as ::velithon::inject::Provide>::REQUEST_BOUND, #message);
    }
}

/// The layer around the rest of the chain, at the span of the return type.
fn layered(output: &ReturnType, call: &TokenStream) -> TokenStream {
    let ReturnType::Type(_, ty) = output else { return TokenStream::new() };
    let fallible = crate::signature::last_segment(ty).is_some_and(|segment| segment.ident == "Result");
    let inner = crate::signature::inner_of(ty, "Result").unwrap_or(ty);
    // A type that is no layer is told where the layer is used, so the name stands at the type.
    let layer = Ident::new("layer", Span::mixed_site().located_at(inner.span()));
    let made = if fallible {
        made(ty, &layer, call)
    } else {
        quote! { let #layer = #call; }
    };
    let layered = quote_spanned! {located(inner.span())=>
        ::velithon::middleware::IntoLayered::into_layered(#layer)
    };
    quote! { #made ::core::result::Result::Ok(#layered) }
}

/// A layer that may fail, with an error of any kind.
fn made(ty: &Type, layer: &Ident, call: &TokenStream) -> TokenStream {
    let error = Ident::new("error", Span::mixed_site());
    let told = quote_spanned! {located(ty.span())=> ::velithon::inject::Failed::new(#error).told() };
    quote! {
        #[allow(unused_imports)]
        use ::velithon::inject::{FailedBoxed as _, FailedDirectly as _};
        let #layer = match #call {
            ::core::result::Result::Ok(#layer) => #layer,
            ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#told),
        };
    }
}

fn record(middleware: &Middleware, rules: &Rules<'_>) -> TokenStream {
    let name = &middleware.signature.name;
    let text = name.to_string();
    let run = match middleware.form() {
        Form::Around => quote! { Function(__velithon_run) },
        Form::Layer => quote! { Layer(__velithon_layer) },
    };
    let keys = &middleware.keys;
    let (after, before) = (Rules::identities(&rules.after), Rules::identities(&rules.before));
    let (paths, except) = (&keys.paths, &keys.except);
    let methods = keys.methods.iter().map(ToString::to_string);
    let when = match &keys.when {
        Some(when) => quote! { ::core::option::Option::Some(#when) },
        None => quote! { ::core::option::Option::None },
    };
    let dependencies = dependencies(middleware);
    quote! {
        ::velithon::__submit! {
            ::velithon::middleware::MiddlewareRecord {
                name: #text,
                identity: || ::core::any::TypeId::of::<#name>(),
                run: ::velithon::middleware::Run::#run,
                priority: <#name as ::velithon::middleware::Ordered>::PRIORITY,
                after: #after,
                before: #before,
                paths: &[#(#paths),*],
                except: &[#(#except),*],
                methods: &[#(#methods),*],
                when: #when,
                dependencies: &[#dependencies],
                built_in: false,
                origin: ::velithon::__origin!(),
            }
        }
    }
}

fn dependencies(middleware: &Middleware) -> TokenStream {
    let one = |(argument, role): (&Argument, &Role)| match role {
        Role::Handle(Ask::Config, _) | Role::Extracted => argument_dependency(&argument.ty),
        Role::Handle(ask, inner) => dependency(*ask, inner),
        Role::Request | Role::Next => TokenStream::new(),
    };
    middleware.signature.arguments.iter().zip(&middleware.roles).map(one).collect()
}
