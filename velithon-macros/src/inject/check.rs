//! The rules of a provider and of a slot, a small function each.

use syn::spanned::Spanned;
use syn::{TraitItem, TraitItemFn, Type, TypeParamBound};

use super::parse::{Options, Provider, Scope, Slot, Subject};
use crate::faults::{Faults, message};
use crate::text;

pub(super) fn check(subject: &Subject, faults: &mut Faults) {
    match subject {
        Subject::Provider(provider) => {
            one_scope(&provider.options, faults);
            stop_ends_a_singleton(provider, faults);
            condition_reads(&provider.options, faults);
            binding_is_a_trait_object(&provider.options, faults);
            given_values_have_no_more_to_say(provider, faults);
        }
        Subject::Slot(slot) => {
            slot_is_one_type(slot, faults);
            slot_is_shared(slot, faults);
            async_methods_are_boxed(slot, faults);
        }
    }
}

fn one_scope(options: &Options, faults: &mut Faults) {
    if let (Some((first, _)), Some((second, span))) = (options.scope, options.second_scope) {
        let what = format!("a value is either `{}` or `{}`", first.name(), second.name());
        let help =
            "keep one: `singleton` for the whole application, `request` for one request, `transient` for each place";
        faults.push(span, message(what, "", help));
    }
}

fn stop_ends_a_singleton(provider: &Provider, faults: &mut Faults) {
    let (Some(stop), scope) = (&provider.options.stop, provider.options.lives()) else { return };
    let help = match scope {
        Scope::Singleton => return,
        Scope::Request => format!("implement `velithon::Finish` for `{}`", text::of(&provider.value)),
        Scope::Transient => "implement `Drop` for it, or make it a singleton".to_owned(),
    };
    let what = format!("`{stop}` would be called at shutdown, when no {} value is left", scope.name());
    faults.push(stop.span(), message(what, "", help));
}

fn condition_reads(options: &Options, faults: &mut Faults) {
    if let Some(when) = &options.when {
        faults.keep(crate::condition::check(when));
    }
}

fn binding_is_a_trait_object(options: &Options, faults: &mut Faults) {
    let Some(binding) = &options.binding else { return };
    let Type::TraitObject(object) = binding else {
        let written = text::of(binding);
        let what = format!("`as` names the trait a value stands for, and `{written}` is written as a type");
        return faults.push(binding.span(), message(what, "", format_args!("write `as = dyn {written}`")));
    };
    if object.bounds.len() > 1 {
        let first = object.bounds.first().map(text::of).unwrap_or_default();
        let what = format!("`{}` is more than one trait", text::of(binding));
        let why = "others ask for the trait by the one name `dyn Trait`";
        let help =
            format!("write `as = dyn {first}`, and the rest where the trait is declared: `trait {first}: Send + Sync`");
        faults.push(binding.span(), message(what, why, help));
    }
}

/// `main` makes such a value, so the plan neither chooses nor ends it.
fn given_values_have_no_more_to_say(provider: &Provider, faults: &mut Faults) {
    let options = &provider.options;
    if options.provided.is_none() {
        return;
    }
    let scope = options.scope.filter(|(scope, _)| *scope != Scope::Singleton).map(|(scope, span)| (scope.name(), span));
    let others = [
        scope,
        options.binding.as_ref().map(|binding| ("as", binding.span())),
        options.when.as_ref().map(|when| ("when", when.span())),
        options.stop.as_ref().map(|stop| ("stop", stop.span())),
    ];
    for (key, span) in others.into_iter().flatten() {
        let what = format!("`{key}` cannot stand beside `provided`");
        let why = "`main` makes the value and keeps it, so velithon neither builds, chooses nor ends it";
        let value = if matches!(key, "as" | "when" | "stop") { " = .." } else { "" };
        let help = format!(
            "return the value from a function instead: `#[inject({key}{value})] fn name() -> {}`",
            provider.name
        );
        faults.push(span, message(what, why, help));
    }
}

fn slot_is_one_type(slot: &Slot, faults: &mut Faults) {
    let name = &slot.name;
    if let Some(parameter) = slot.item.generics.params.first() {
        let what = format!("the trait `{name}` is generic, and a slot is one type");
        let help = format!("take `#[inject]` away and bind `#[inject(as = dyn {name}<..>)]` in the trait's own crate");
        faults.push(parameter.span(), message(what, "nothing would say which type stands for the parameter", help));
    }
    let associated = slot.item.items.iter().find_map(|item| match item {
        TraitItem::Type(item) if !needs_sized(&item.generics) => Some(item),
        _ => None,
    });
    if let Some(item) = associated {
        let what = format!("`dyn {name}` would have to name its type `{}`", item.ident);
        let why = "those who ask for it do not know which type that is";
        let help = "write a concrete type in the methods, or a type parameter's `Box<dyn ..>`";
        faults.push(item.ident.span(), message(what, why, help));
    }
}

/// A trait with other supertraits may get both from them; the compiler looks then.
fn slot_is_shared(slot: &Slot, faults: &mut Faults) {
    let supertraits: Vec<String> = slot.item.supertraits.iter().filter_map(trait_name).collect();
    let has = |wanted: &str| supertraits.iter().any(|name| name == wanted);
    let other = supertraits.iter().any(|name| name != "Send" && name != "Sync");
    if other || (has("Send") && has("Sync")) {
        return;
    }
    let name = &slot.name;
    let what = format!("`dyn {name}` cannot be shared between threads");
    let why = "what is provided is used by many requests at once";
    faults.push(name.span(), message(what, why, format_args!("write `trait {name}: Send + Sync`")));
}

fn trait_name(bound: &TypeParamBound) -> Option<String> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `async_trait` stands below `#[inject]`, so it is still to be seen here.
fn async_methods_are_boxed(slot: &Slot, faults: &mut Faults) {
    for function in unboxed_methods(slot) {
        let what = format!("`dyn {}` cannot have the async method `{}`", slot.name, function.sig.ident);
        let why = "the future of an `async fn` has another type for each binding";
        let help = "add `#[async_trait]` below `#[inject]`, and above each `impl` of the trait";
        faults.push(function.sig.ident.span(), message(what, why, help));
    }
}

/// The async methods that keep the trait from making a trait object.
pub(super) fn unboxed_methods(slot: &Slot) -> impl Iterator<Item = &TraitItemFn> {
    let boxed = |path: &syn::Path| path.segments.last().is_some_and(|segment| segment.ident == "async_trait");
    let mended = slot.item.attrs.iter().any(|attribute| boxed(attribute.path()));
    let functions = slot.item.items.iter().filter_map(|item| match item {
        TraitItem::Fn(function) => Some(function),
        _ => None,
    });
    functions.filter(move |function| !mended && unboxed(function))
}

/// Whether a method is async and belongs to the trait object.
pub(super) fn unboxed(function: &TraitItemFn) -> bool {
    function.sig.asyncness.is_some() && !needs_sized(&function.sig.generics)
}

/// `where Self: Sized` keeps an item out of the trait object.
fn needs_sized(generics: &syn::Generics) -> bool {
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    predicates.into_iter().any(|predicate| text::of(predicate).replace(' ', "").contains("Self:Sized"))
}
