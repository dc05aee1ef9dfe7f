//! `#[inject] impl T { fn new(..) -> Self }`: a struct that is made by its own constructor.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{ImplItem, ImplItemFn, ItemImpl, ReturnType, Type};

use super::function::{arguments, fallible, refuse_generics};
use super::options::PROVIDER;
use super::{Call, Make, Options, Parsed, Provider, Subject};
use crate::faults::{Faults, message};
use crate::signature::last_segment;
use crate::text;

pub(super) fn read(attribute: TokenStream, item: ItemImpl, faults: &mut Faults) -> Parsed {
    let options = Options::read(attribute, PROVIDER, faults);
    let subject = faults.keep(of_type(&item)).map(|name| {
        let value = (*item.self_ty).clone();
        let (needs, make) = match faults.keep(constructor(&item, &name)) {
            Some(new) => (arguments(&new.sig, faults), call(new, &value, &name, faults)),
            None => (Vec::new(), Make::Given),
        };
        Subject::Provider(Box::new(Provider { name, key: value.clone(), value, options, needs, make }))
    });
    Parsed { tokens: item.into_token_stream(), subject }
}

fn call(new: &ImplItemFn, value: &Type, name: &Ident, faults: &mut Faults) -> Make {
    refuse_generics(&new.sig, faults);
    let is_async = new.sig.asyncness.is_some();
    match faults.keep(returned(new, name)) {
        Some(failure) => Make::Call(Call { path: quote!(<#value>::new), is_async, failure }),
        None => Make::Given,
    }
}

/// The name of the type whose block this is.
fn of_type(item: &ItemImpl) -> syn::Result<Ident> {
    if let Some((path, _)) = &item.trait_ {
        let what = format!("`#[inject]` stands on the block with `fn new`, not on one of `{}`", text::of(path));
        let help = format!("move it to `impl {} {{ fn new(..) -> Self }}`", text::of(&*item.self_ty));
        return Err(syn::Error::new_spanned(path, message(what, "", help)));
    }
    let generic = item.generics.params.first().map(Spanned::span);
    let arguments = last_segment(&item.self_ty).filter(|segment| !segment.arguments.is_none()).map(Spanned::span);
    if let Some(span) = generic.or(arguments) {
        let what = format!("`{}` is generic, and a provider is one type", text::of(&*item.self_ty));
        let why = "nothing would say which type or lifetime stands for the parameter";
        let help = "write a function for each type: `#[inject] fn users() -> Repository<User> { .. }`";
        return Err(syn::Error::new(span, message(what, why, help)));
    }
    last_segment(&item.self_ty).map(|segment| segment.ident.clone()).ok_or_else(|| {
        let what = format!("`{}` is not a struct or enum of this crate", text::of(&*item.self_ty));
        syn::Error::new_spanned(
            &item.self_ty,
            message(what, "", "return it from a function: `#[inject] fn name() -> Type`"),
        )
    })
}

/// The one `new` of the block.
fn constructor<'i>(item: &'i ItemImpl, name: &Ident) -> syn::Result<&'i ImplItemFn> {
    let mut found = item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "new" => Some(function),
        _ => None,
    });
    let help = "write `fn new(users: Inject<Users>) -> Self`, with what it needs as arguments";
    let Some(new) = found.next() else {
        let what = format!("`{name}` has no `new` in this block, which would make the value");
        return Err(syn::Error::new(name.span(), message(what, "", help)));
    };
    if let Some(second) = found.next() {
        let what = format!("`{name}` has two functions `new`, and one of them makes the value");
        return Err(syn::Error::new(
            second.sig.ident.span(),
            message(what, "", "keep one; give the other another name"),
        ));
    }
    if let Some(receiver) = new.sig.receiver() {
        let what = format!("`new` takes `{}`, but there is no `{name}` yet when it is called", text::of(receiver));
        return Err(syn::Error::new_spanned(receiver, message(what, "", help)));
    }
    Ok(new)
}

/// Where the error of `new` stands, if it may fail.
fn returned(new: &ImplItemFn, name: &Ident) -> syn::Result<Option<Span>> {
    let help = "write `fn new(..) -> Self`, or `-> Result<Self>` when it can fail";
    let ReturnType::Type(_, ty) = &new.sig.output else {
        let what = format!("`new` returns nothing, and should return the `{name}` it makes");
        return Err(syn::Error::new(new.sig.ident.span(), message(what, "", help)));
    };
    let (value, failure) = fallible(ty);
    let own = last_segment(value).is_some_and(|segment| segment.ident == "Self" || segment.ident == *name);
    if own {
        return Ok(failure);
    }
    let what = format!("`new` returns `{}`, and should return the `{name}` it makes", text::of(&**ty));
    Err(syn::Error::new_spanned(ty, message(what, "", help)))
}
