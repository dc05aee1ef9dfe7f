//! Writes a task's name as a type, its wrapper and its record. Everything is decided by now.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitInt, LitStr, ReturnType, Type};

use super::check::bounds;
use super::parse::{Role, Task};
use crate::inject::fallible;
use crate::route::check::located;
use crate::route::emit::{dependency, dependency_assertion, wanted, wanted_imports};
use crate::signature::Ask;
use crate::text;

/// The function, its name as a type, and the `const _` beside them.
pub(super) fn emit(task: &Task) -> TokenStream {
    let named = named(task);
    let assertions = assertions(task);
    let run = task.item.as_ref().map(|_| run(task));
    let record = record(task);
    let job = job(task);
    quote! {
        #named
        #[allow(
            deprecated, missing_docs, private_bounds, private_interfaces, unreachable_pub, unused_imports,
            unused_qualifications, clippy::too_many_arguments, clippy::unused_unit
        )]
        const _: () = {
            #assertions
            #run
            #record
            #job
        };
    }
}

/// The function and the type of its name.
pub(super) fn named(task: &Task) -> TokenStream {
    let Task { visibility, signature, .. } = task;
    let name = &signature.name;
    let doc = match &task.item {
        Some(_) => format!("The task `{name}`: `{name}::job(..)` is what `Tasks::enqueue` takes."),
        None => {
            format!("The task `{name}`, which runs elsewhere: enqueue `{name}::job(..)`; there is nothing to call.")
        }
    };
    quote! {
        #task
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations, dead_code, clippy::empty_enum, clippy::empty_enums)]
        #visibility enum #name {}
    }
}

/// What the types must be, each said once, at the type.
fn assertions(task: &Task) -> TokenStream {
    let one = |(argument, role): (&crate::signature::Argument, &Role)| match role {
        Role::Payload => asserted(&argument.ty, "TaskArgument"),
        Role::Handle(ask @ (Ask::All | Ask::Config), inner) => dependency_assertion(*ask, inner),
        Role::Handle(..) | Role::Context => TokenStream::new(),
    };
    let arguments = task.signature.arguments.iter().zip(&task.roles).map(one);
    let kept = task.keys.result.as_ref().map(|_| asserted(&returned(task), "TaskResult"));
    let checks: TokenStream = arguments.chain(kept).collect();
    let captives = task.roles.iter().filter_map(|role| match role {
        Role::Handle(Ask::Inject | Ask::Lazy | Ask::Factory, inner) => Some(captive(task, inner)),
        _ => None,
    });
    let checks = (!checks.is_empty()).then(|| quote! { const _: fn() = || { #checks }; });
    quote! { #checks #(#captives)* }
}

fn asserted(ty: &Type, what: &str) -> TokenStream {
    let what = Ident::new(what, Span::call_site());
    let span = located(ty.span());
    quote_spanned! {span=> let _ = <#ty as ::velithon::task::#what>::ASSERTED; }
}

/// That a type is provided, and belongs to no request, as a task does not.
fn captive(task: &Task, held: &Type) -> TokenStream {
    let (name, kept) = (&task.signature.name, text::of(held));
    let told = format!(
        "the task `{name}` cannot hold the request-scoped `{kept}`: it belongs to no request; make `{kept}` a singleton or \
         transient, or give the task what it needs as an argument"
    );
    let span = located(held.span());
    quote_spanned! {span=>
        const _: () = ::velithon::record::verify(!<#held as ::velithon::inject::Provide>::REQUEST_BOUND, #told);
    }
}

/// What the task returns, less the `Result`.
fn returned(task: &Task) -> Type {
    match &task.signature.output {
        ReturnType::Type(_, ty) => fallible(ty).0.clone(),
        ReturnType::Default => syn::parse_quote!(()),
    }
}

/// `name::job(..)`
fn job(task: &Task) -> TokenStream {
    let Task { visibility, signature, .. } = task;
    let name = &signature.name;
    // Where rustc shows what `job` takes, it shows the function.
    let job = Ident::new("job", located(name.span()));
    let (names, types): (Vec<Ident>, Vec<&Type>) = task.payload().map(|(_, name, ty)| (name, ty)).unzip();
    let kept = task.keys.result.is_some() || task.keys.remote.is_some();
    let returns = if kept { returned(task) } else { syn::parse_quote!(()) };
    let doc = format!("A call of `{name}`, to be enqueued.");
    let (tuple, values) = payload(&types, &names);
    quote! {
        impl #name {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility fn #job(#(#names: #types),*) -> ::velithon::task::Job<#returns> {
                use ::velithon::task::{PayloadJson as _, PayloadNone as _};
                (&&::velithon::task::Payload::<#tuple>::NEW).call(&__VELITHON_TASK, #values)
            }
        }
    }
}

/// The tuple of the payload as type and as value: an array of nothing where there is none, since `()` is no list in JSON.
fn payload(types: &[&Type], names: &[Ident]) -> (TokenStream, TokenStream) {
    if types.is_empty() { (quote!([(); 0]), quote!([])) } else { (quote!((#(#types,)*)), quote!((#(#names,)*))) }
}

/// The wrapper: reads the payload, asks the application for the rest, calls the function.
fn run(task: &Task) -> TokenStream {
    let [start, resolver] = ["start", "resolver"].map(local);
    let signature = &task.signature;
    let name = &signature.name;
    let positions: Vec<(usize, &Type)> = task.payload().map(|(index, _, ty)| (index, ty)).collect();
    let types: Vec<&Type> = positions.iter().map(|(_, ty)| *ty).collect();
    let names: Vec<Ident> = positions.iter().map(|(index, _)| argument(*index)).collect();
    let (tuple, pattern) = payload(&types, &names);
    let values = task.roles.iter().enumerate().filter_map(|(index, role)| {
        let (name, value) = (argument(index), value(role, &start, &resolver)?);
        Some(quote! { let #name = #value; })
    });
    let arguments = (0..task.roles.len()).map(argument);
    let ended = ended(task, &quote! { #name(#(#arguments),*).await }, &start);
    let imports = wanted_imports();
    // A future that is not `Send` is the function's fault, so that is where it is shown.
    let boxed = quote_spanned! {located(name.span())=> ::std::boxed::Box::pin };
    quote! {
        #[allow(unused_variables)]
        fn __velithon_run<'r>(
            #start: &'r ::velithon::task::Start,
            #resolver: ::velithon::inject::Resolver<'r>,
        ) -> ::velithon::inject::BoxFuture<
            'r,
            ::core::result::Result<::velithon::task::Kept, ::velithon::reply::Error>,
        > {
            use ::velithon::inject::{FailedBoxed as _, FailedDirectly as _};
            use ::velithon::task::{PayloadJson as _, PayloadNone as _, ResultJson as _, ResultNone as _};
            #imports
            #boxed(async move {
                let #pattern: #tuple = (&&::velithon::task::Payload::<#tuple>::NEW).read(#start.payload())?;
                #(#values)*
                #ended
            })
        }
    }
}

/// The value of an argument that is no payload.
fn value(role: &Role, start: &Ident, resolver: &Ident) -> Option<TokenStream> {
    let Role::Handle(ask, inner) = role else {
        return matches!(role, Role::Context).then(|| quote! { #start.context() });
    };
    let handle = ask.variant();
    Some(match ask {
        Ask::Inject | Ask::All => {
            let key = wanted(inner);
            quote! { ::velithon::#handle::<#inner>::from_object(#resolver.wanted(#key).await?) }
        }
        Ask::Config => {
            let key = quote_spanned! {inner.span()=> <#inner as ::velithon::config::Section>::key() };
            quote! { #resolver.config::<#inner>(::core::option::Option::Some(#key)).await? }
        }
        Ask::Lazy | Ask::Factory => quote! { ::velithon::#handle::<#inner>::from_resolver(#resolver) },
    })
}

/// What becomes of the returned value.
fn ended(task: &Task, called: &TokenStream, start: &Ident) -> TokenStream {
    let [value, error] = ["value", "error"].map(local);
    let kept = match task.keys.result {
        Some(_) => {
            let returned = returned(task);
            quote! { (&&::velithon::task::ResultOf::<#returned>::NEW).keep(#start, &#value) }
        }
        None => quote! { ::core::result::Result::Ok(::core::option::Option::None) },
    };
    let failure = match &task.signature.output {
        ReturnType::Type(_, ty) => fallible(ty).1,
        ReturnType::Default => None,
    };
    let Some(failure) = failure else {
        return quote! { #[allow(clippy::let_unit_value)] let #value = #called; #kept };
    };
    let told = quote_spanned! {located(failure)=> ::velithon::inject::Failed::new(#error).told() };
    quote! {
        match #called {
            #[allow(unused_variables)]
            ::core::result::Result::Ok(#value) => #kept,
            ::core::result::Result::Err(#error) => ::core::result::Result::Err(#told),
        }
    }
}

fn record(task: &Task) -> TokenStream {
    let name = wire_name(task);
    let aliases = &task.keys.alias;
    let arguments = task.payload().map(|(_, name, _)| name.unraw().to_string());
    let options = options(task);
    let run = option(task.item.as_ref().map(|_| quote!(__velithon_run)));
    let dependencies: TokenStream = task
        .roles
        .iter()
        .filter_map(|role| match role {
            Role::Handle(ask, inner) => Some(dependency(*ask, inner)),
            _ => None,
        })
        .collect();
    let origin = crate::place::origin(task.signature.name.span());
    quote! {
        static __VELITHON_TASK: ::velithon::task::TaskRecord = ::velithon::task::TaskRecord {
            name: #name,
            aliases: &[#(#aliases),*],
            arguments: &[#(#arguments),*],
            options: #options,
            run: #run,
            dependencies: &[#dependencies],
            origin: #origin,
        };
        ::velithon::__submit! { ::velithon::task::TaskEntry(&__VELITHON_TASK) }
    }
}

/// The module and the function, unless the attribute names it.
fn wire_name(task: &Task) -> TokenStream {
    let name = task.signature.name.unraw().to_string();
    match &task.keys.name {
        Some(name) => name.to_token_stream(),
        None => quote! { ::core::concat!(::core::module_path!(), "::", #name) },
    }
}

/// The options that differ from `TaskOptions::DEFAULT`.
fn options(task: &Task) -> TokenStream {
    let keys = &task.keys;
    let mut set = TokenStream::new();
    let mut put = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        set.extend(quote! { #name: #value, });
    };
    let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
    if let Some(queue) = &keys.queue {
        put("queue", queue.to_token_stream());
    }
    if let Some(priority) = &keys.priority {
        put("priority", quote!(::velithon::task::TaskPriority::#priority));
    }
    for (name, count) in [("retries", &keys.retries), ("max_crashes", &keys.max_crashes)] {
        if let Some(count) = count {
            put(name, number(count));
        }
    }
    if let Some((first, most)) = keys.backoff.as_ref().and_then(|backoff| bounds(backoff).ok()) {
        let (first, most) = (nanos(first), nanos(most));
        put("backoff", quote!(::velithon::task::Backoff { first: #first, most: #most }));
    }
    if let Some(timeout) = &keys.timeout {
        put("timeout", duration(timeout));
    }
    if let Some(result) = &keys.result {
        put("result", some(duration(result)));
    }
    if let Some(bytes) = keys.payload.as_ref().and_then(|payload| crate::size::parse(payload).ok()) {
        let bytes = Literal::u64_unsuffixed(bytes);
        put("payload", bytes.to_token_stream());
    }
    if keys.unique.is_some() {
        put("unique", some(unique(task)));
    }
    if keys.cron.is_some() {
        put("cron", some(cron(task)));
    }
    if let Some(broker) = &keys.broker {
        put("broker", some(broker.to_token_stream()));
    }
    quote! { ::velithon::task::TaskOptions { #set ..::velithon::task::TaskOptions::DEFAULT } }
}

fn unique(task: &Task) -> TokenStream {
    let unique = task.keys.unique.as_ref();
    let names: Vec<String> = task.payload().map(|(_, name, _)| name.to_string()).collect();
    let by = unique.into_iter().flat_map(|unique| &unique.by);
    let positions = by.filter_map(|by| names.iter().position(|name| *name == by.value()));
    let within = option(unique.and_then(|unique| unique.within.as_ref()).map(duration));
    quote! { ::velithon::task::UniqueBy { arguments: &[#(#positions),*], within: #within } }
}

fn cron(task: &Task) -> TokenStream {
    let keys = &task.keys;
    let pattern = &keys.cron;
    let zone = keys.tz.as_ref().map_or_else(|| quote!("UTC"), ToTokens::to_token_stream);
    let word = |value: &Option<LitStr>| value.as_ref().map(LitStr::value).unwrap_or_default();
    let missed = match word(&keys.missed).as_str() {
        "skip" => quote!(Skip),
        "run_all" => quote!(RunAll),
        _ => quote!(RunOnce),
    };
    let overlap = if word(&keys.overlap) == "queue" { quote!(Queue) } else { quote!(Skip) };
    quote! {
        ::velithon::task::CronOptions {
            pattern: #pattern,
            zone: #zone,
            missed: ::velithon::task::Missed::#missed,
            overlap: ::velithon::task::Overlap::#overlap,
        }
    }
}

fn number(literal: &LitInt) -> TokenStream {
    literal
        .base10_parse::<u32>()
        .map(Literal::u32_unsuffixed)
        .map(|number| number.to_token_stream())
        .unwrap_or_default()
}

fn duration(literal: &LitStr) -> TokenStream {
    nanos(crate::duration::parse(literal).unwrap_or_default())
}

fn nanos(length: u128) -> TokenStream {
    let seconds = Literal::u64_unsuffixed(u64::try_from(length / 1_000_000_000).unwrap_or(u64::MAX));
    let rest = Literal::u128_unsuffixed(length % 1_000_000_000);
    quote!(::core::time::Duration::new(#seconds, #rest))
}

fn option<T: ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A local of ours, which no expression of the user can see.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

fn argument(index: usize) -> Ident {
    format_ident!("argument_{index}", span = Span::mixed_site())
}
