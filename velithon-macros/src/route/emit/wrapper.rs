//! The function that gives every argument its value and begins the handler.
//!
//! It waits for nothing: an argument that has to be waited for stops it, and it is run again from its beginning. A
//! future of its own would cost the compiler more than everything else in it together.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::local;
use crate::route::check::{Bound, Parameter, Place, Shape, Source, located, reads_body};
use crate::signature::Ask;

/// The function that binds a handler's arguments and begins it.
pub(crate) fn wrapper(bound: &Bound) -> TokenStream {
    let call = Ident::new("call", Span::mixed_site());
    let arguments = Argument::all(bound);
    let in_order = in_order(&arguments);
    let last = in_order.len().saturating_sub(1);
    let first = in_order.iter().enumerate().map(|(index, argument)| argument.first(&call, index == last));
    let second = in_order.iter().map(|argument| argument.second(&call));
    let imports = imports(bound);
    let names: Vec<Ident> = arguments.iter().map(|argument| argument.name.clone()).collect();
    let served = served(bound, &names);
    quote! {
        |#[allow(unused_variables)] #call: &mut ::velithon::route::Call| {
            #imports
            #(#first)*
            #(#second)*
            #served
        }
    }
}

/// One argument of the handler.
struct Argument<'b> {
    name: Ident,
    source: &'b Source,
    /// Its position in the dependencies of the record, if it stands there.
    slot: usize,
}

impl<'b> Argument<'b> {
    fn all(bound: &'b Bound) -> Vec<Self> {
        let mut slots = 0;
        let one = |(index, source): (usize, &'b Source)| {
            let slot = slots;
            slots += usize::from(matches!(source, Source::Dependency { .. } | Source::Extractor { .. }));
            Self { name: local(index), source, slot }
        };
        bound.arguments.iter().enumerate().map(one).collect()
    }

    /// The value, or for an extractor that others follow, whether it is there.
    fn first(&self, call: &Ident, last: bool) -> TokenStream {
        let Self { name, slot, .. } = self;
        let value = match self.source {
            Source::Capture { index, name, ty } => {
                let read = read(ty);
                quote! { #call.capture(#index, #name, #read)? }
            }
            Source::Parameter(parameter) => {
                let value = value(parameter, call);
                quote! { #call.checked(#value)? }
            }
            Source::Dependency { ask: ask @ (Ask::Inject | Ask::All), inner, .. } => {
                let handle = ask.variant();
                quote! { ::velithon::#handle::<#inner>::from_object(#call.object(#slot)?) }
            }
            Source::Dependency { ask: ask @ (Ask::Lazy | Ask::Factory), inner, .. } => {
                let handle = ask.variant();
                quote! { ::velithon::#handle::<#inner>::from_resolver(#call.resolver()) }
            }
            Source::Dependency { ask: Ask::Config, handle: ty, .. } => asked(ty, "velithon_take", call, *slot),
            Source::Extractor { .. } if last => return TokenStream::new(),
            Source::Extractor { ty, .. } => {
                let ready = asked(ty, "velithon_ready", call, *slot);
                return quote! { #ready; };
            }
        };
        quote! { let #name = #value; }
    }

    /// The value of an extractor, once all of them are there.
    fn second(&self, call: &Ident) -> TokenStream {
        let Source::Extractor { ty, .. } = self.source else { return TokenStream::new() };
        let name = &self.name;
        let value = asked(ty, "velithon_take", call, self.slot);
        quote! { let #name = #value; }
    }
}

/// As they are written, but what reads the body comes last: a request that is refused is refused before it is read.
fn in_order<'a>(arguments: &'a [Argument<'_>]) -> Vec<&'a Argument<'a>> {
    let reads = |argument: &&Argument<'_>| matches!(argument.source, Source::Extractor { ty, .. } if reads_body(ty));
    let (readers, others): (Vec<_>, Vec<_>) = arguments.iter().partition(reads);
    others.into_iter().chain(readers).collect()
}

/// What method resolution finds for a type.
fn asked(ty: &Type, method: &str, call: &Ident, slot: usize) -> TokenStream {
    let method = Ident::new(method, Span::call_site());
    quote! { (&&&&&::velithon::route::Argument::<#ty>::NEW).#method(#call, #slot)? }
}

fn imports(bound: &Bound) -> TokenStream {
    let any = |wanted: fn(&Source) -> bool| bound.arguments.iter().any(wanted);
    let mut imports = TokenStream::new();
    if any(|source| matches!(source, Source::Extractor { .. } | Source::Dependency { ask: Ask::Config, .. })) {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::resolution::*;
        });
    }
    if bound.route.signature.receiver.is_some() {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::{AnyReceiver as _, ReceiverOf as _};
        });
    }
    if bound.route.signature.named_output().is_some() {
        imports.extend(quote! {
            #[allow(unused_imports)]
            use ::velithon::route::replies::*;
        });
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

/// How a text becomes a type. A closure, since a function's name would demand the trait where it is passed, too.
fn read(ty: &Type) -> TokenStream {
    let span = located(ty.span());
    let text = Ident::new("text", Span::mixed_site());
    quote_spanned! {span=> |#text| <#ty as ::velithon::route::params::FromText>::from_text(#text) }
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
            let read = read(ty);
            quote! { #values.one(#read) }
        }
        Shape::Default(default) => {
            let read = read(ty);
            quote! { #values.or(#read, || #default) }
        }
        Shape::Optional(inner) => {
            let read = read(inner);
            quote! { #values.option(#read) }
        }
        Shape::Many(inner) => {
            let read = read(inner);
            quote! { #values.all(#read) }
        }
    }
}

/// The handler, begun, and how a response is made of what it returns.
fn served(bound: &Bound, names: &[Ident]) -> TokenStream {
    let signature = &bound.route.signature;
    let called = called(bound, names);
    let returned = returned(&signature.output);
    let reply = reply(bound, &returned);
    if bound.route.options.blocking.is_some() {
        return quote! {
            ::velithon::route::serve(::velithon::route::blocking(move || #called), |returned| match returned {
                ::core::result::Result::Ok(#returned) => #reply,
                ::core::result::Result::Err(panicked) => panicked,
            })
        };
    }
    if !signature.is_async {
        return quote! {
            ::velithon::route::serve_sync(move || {
                let #returned = #called;
                #reply
            })
        };
    }
    // A receiver is borrowed from its handle, which only a future around the handler's can own.
    let handler = match signature.receiver {
        Some(_) => quote! { async move { #called.await } },
        None => called,
    };
    // A future that is not `Send` is the handler's fault, so that is where it is shown.
    quote_spanned! {signature.name.span()=> ::velithon::route::serve(#handler, |#returned| #reply) }
}

/// An `impl Trait` cannot be named, but what it is not is told where it is written.
fn returned(output: &ReturnType) -> Ident {
    let span = match output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => Span::mixed_site(),
    };
    Ident::new("returned", Span::mixed_site().located_at(span))
}

/// What the handler returned, turned into a response.
fn reply(bound: &Bound, returned: &Ident) -> TokenStream {
    let status = match &bound.route.options.status {
        Some(status) => quote!(#status),
        None => quote!(0),
    };
    match bound.route.signature.named_output() {
        Some(ty) => {
            let ty = without_lifetimes(ty);
            quote! { (&&&&::velithon::route::Returned::<#ty>::NEW).velithon_reply(#returned, #status) }
        }
        None => quote! { ::velithon::Reply::reply(#returned, ::velithon::route::status(#status)) },
    }
}

/// The handler's call.
fn called(bound: &Bound, names: &[Ident]) -> TokenStream {
    let signature = &bound.route.signature;
    let handler = &signature.name;
    match (&bound.route.owner, names.split_first()) {
        (Some(owner), Some((this, rest))) if signature.receiver.is_some() => {
            quote! { <#owner>::#handler(::velithon::route::Receiver(&#this).velithon_receiver() #(, #rest)*) }
        }
        (Some(owner), _) => quote! { <#owner>::#handler(#(#names),*) },
        (None, _) => quote_spanned! {handler.span()=> #handler(#(#names),*) },
    }
}

/// A return type may name lifetimes of the handler, which mean nothing beside it.
pub(crate) fn without_lifetimes(ty: &Type) -> Type {
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
