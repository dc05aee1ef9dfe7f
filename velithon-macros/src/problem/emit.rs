//! Writes the impls of a checked error type. No decisions are left here but which bounds a generic type needs.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Type, WherePredicate, parse_quote};

use super::check::{Kind, Own};
use super::detail::{self, Detail};
use super::parse::{Case, Field, Input};

pub(super) fn emit(input: &Input, kinds: &[Kind]) -> TokenStream {
    let cases: Vec<(&Case, &Kind)> = input.cases.iter().zip(kinds).collect();
    let records = records(input, &cases);
    let problem = matched(cases.iter().map(|(case, kind)| (*case, problem(case, kind))));
    let display = matched(cases.iter().map(|(case, kind)| (*case, display(case, kind))));
    let source = matched(cases.iter().map(|(case, kind)| (*case, source(case, kind))));
    let bounds = bounds(input, &cases);
    let froms = input.cases.iter().flat_map(|case| case.fields.iter().filter_map(|field| from(input, case, field)));
    let impls = impls(input, &bounds, &records, &problem, &display, &source);
    quote! {
        const _: () = {
            #impls
            #(#froms)*
        };
    }
}

/// Impls that hold for any type of this shape, so that a fault in it is the only thing reported.
pub(super) fn bare(input: &Input) -> TokenStream {
    let name = input.ident.to_string();
    let impls = impls(
        input,
        &[],
        &quote!(&[]),
        &quote!(::velithon::reply::Problem::internal()),
        &quote!(::core::fmt::Formatter::write_str(formatter, #name)),
        &quote!(::core::option::Option::None),
    );
    quote!(const _: () = { #impls };)
}

fn impls(
    input: &Input,
    bounds: &[WherePredicate],
    records: &TokenStream,
    problem: &TokenStream,
    display: &TokenStream,
    source: &TokenStream,
) -> TokenStream {
    let ident = &input.ident;
    let (params, args, predicates) = input.generics.split_for_impl();
    let stated = predicates.iter().flat_map(|clause| &clause.predicates);
    let shown = quote!(where #(#stated,)* #(#bounds,)*);
    // For a type without parameters this bound would hide rustc's own, better sentence about a missing `Debug`.
    let debug = (!input.generics.params.is_empty()).then(|| quote!(Self: ::core::fmt::Debug,));
    quote! {
        #[automatically_derived]
        impl #params ::core::fmt::Display for #ident #args #shown {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #display
            }
        }

        #[automatically_derived]
        impl #params ::core::error::Error for #ident #args #shown #debug {
            fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                // Heard by `velithon::Error::from` alone: it keeps the status that this problem has.
                ::velithon::reply::__private::answer(|| ::velithon::reply::Problems::problem(self));
                #source
            }
        }

        #[automatically_derived]
        impl #params ::velithon::reply::Problems for #ident #args #shown #debug {
            const PROBLEMS: &'static [::velithon::reply::ProblemRecord] = #records;

            fn problem(&self) -> ::velithon::reply::Problem {
                #problem
            }
        }

        #[automatically_derived]
        impl #params ::velithon::reply::__private::IntoResponse for #ident #args #shown #debug {
            fn into_response(self) -> ::velithon::reply::__private::Response {
                let problem = ::velithon::reply::Problems::problem(&self);
                ::velithon::reply::__private::log_and_reply(&self, problem)
            }
        }
    }
}

fn from(input: &Input, case: &Case, field: &Field) -> Option<TokenStream> {
    field.from?;
    let (ident, ty, member) = (&input.ident, &field.ty, &field.member);
    let path = path(case);
    let (params, args, predicates) = input.generics.split_for_impl();
    Some(quote! {
        #[automatically_derived]
        impl #params ::core::convert::From<#ty> for #ident #args #predicates {
            fn from(error: #ty) -> Self {
                #path { #member: error }
            }
        }
    })
}

/// One arm per variant. Every field is bound: one that only `Debug` shows is no dead code.
fn matched<'a>(arms: impl Iterator<Item = (&'a Case, TokenStream)>) -> TokenStream {
    let arms = arms.map(|(case, body)| {
        let path = path(case);
        let members = case.fields.iter().map(|field| &field.member);
        let bindings = (0..case.fields.len()).map(binding);
        quote!(#path { #(#members: ref #bindings,)* } => #body,)
    });
    quote!(match *self { #(#arms)* })
}

fn path(case: &Case) -> TokenStream {
    match &case.variant {
        Some(variant) => quote!(Self::#variant),
        None => quote!(Self),
    }
}

fn binding(field: usize) -> Ident {
    format_ident!("_field_{field}", span = Span::mixed_site())
}

/// The binding, with the place of the field's type for what the compiler says about it.
fn binding_at(field: usize, of: &Field) -> Ident {
    format_ident!("_field_{field}", span = at(&of.ty))
}

fn problem(case: &Case, kind: &Kind) -> TokenStream {
    match kind {
        Kind::Transparent(field) => {
            let view = view(case, *field);
            quote!(#view.problem())
        }
        Kind::Own(own) => {
            let record = record(own);
            // The detail is what the error prints.
            let detail = own.detail.as_ref().map(|_| quote!(.detail(::std::string::ToString::to_string(self))));
            let members = case.fields.iter().enumerate().filter(|(_, field)| field.expose.is_some());
            let members = members.map(|(place, field)| exposed(place, field));
            quote!(::velithon::reply::Problem::from(#record) #detail #(#members)*)
        }
    }
}

/// Spanned on the type: one that is not `Serialize` is reported there.
fn exposed(place: usize, field: &Field) -> TokenStream {
    let (name, binding) = (detail::named(&field.member), binding_at(place, field));
    quote!(.with(#name, #binding))
}

fn display(case: &Case, kind: &Kind) -> TokenStream {
    match kind {
        Kind::Transparent(field) => {
            let view = view(case, *field);
            quote!(::core::fmt::Display::fmt(&#view, formatter))
        }
        Kind::Own(Own { detail: Some(detail), .. }) => written(case, detail),
        Kind::Own(Own { title, .. }) => quote!(::core::fmt::Formatter::write_str(formatter, #title)),
    }
}

fn source(case: &Case, kind: &Kind) -> TokenStream {
    match kind {
        Kind::Transparent(field) => {
            let view = view(case, *field);
            quote!(#view.source())
        }
        Kind::Own(Own { source: Some(field), .. }) => {
            let view = view(case, *field);
            quote!(#view.error())
        }
        Kind::Own(_) => quote!(::core::option::Option::None),
    }
}

/// The error in a field, whatever kind of error it is; what is none is reported at its type.
fn view(case: &Case, field: usize) -> TokenStream {
    let binding = binding(field);
    quote_spanned! {at(&case.fields[field].ty)=> {
        use ::velithon::reply::__private::{CauseOfAny as _, CauseOfError as _, CauseOfOurs as _, CauseOfRef as _};
        (&&&&::velithon::reply::__private::Cause(#binding)).view()
    }}
}

/// The detail, with the fields it names as arguments; one that cannot be printed is reported at its type.
fn written(case: &Case, detail: &Detail) -> TokenStream {
    let template = LitStr::new(&detail.template, detail.literal.span());
    let mut fields: Vec<usize> = detail.uses.iter().map(|used| used.field).collect();
    fields.sort_unstable();
    fields.dedup();
    let arguments = fields.iter().map(|&field| {
        let (name, binding) = (format_ident!("{}", detail::argument(field)), binding_at(field, &case.fields[field]));
        quote!(#name = #binding)
    });
    quote!(::core::write!(formatter, #template #(, #arguments)*))
}

fn record(own: &Own) -> TokenStream {
    let (status, title) = (own.status, &own.title);
    let kind = match &own.kind {
        Some(kind) => quote!(::core::option::Option::Some(#kind)),
        None => quote!(::core::option::Option::None),
    };
    quote!(::velithon::reply::ProblemRecord { status: #status, title: #title, kind: #kind })
}

/// The records of all variants as one slice; those of the errors inside transparent variants are joined in.
fn records(input: &Input, cases: &[(&Case, &Kind)]) -> TokenStream {
    let parts: Vec<TokenStream> = cases.iter().map(|(case, kind)| part(input, case, kind)).collect();
    quote! {{
        use ::velithon::reply::__private::InnerRecords as _;
        const PARTS: &[&[::velithon::reply::ProblemRecord]] = &[#(#parts),*];
        const ALL: [::velithon::reply::ProblemRecord; ::velithon::reply::__private::total(PARTS)] =
            ::velithon::reply::__private::concat(PARTS);
        &ALL
    }}
}

fn part(input: &Input, case: &Case, kind: &Kind) -> TokenStream {
    match kind {
        Kind::Own(own) => {
            let record = record(own);
            quote!(&[#record])
        }
        // A constant inside an impl cannot name the parameters of the impl.
        Kind::Transparent(_) if !input.generics.params.is_empty() => {
            quote!(&[::velithon::reply::ProblemRecord::INTERNAL])
        }
        Kind::Transparent(field) => {
            let ty = &case.fields[*field].ty;
            quote!(::velithon::reply::__private::Inner::<#ty>::RECORDS)
        }
    }
}

/// What the fields of a generic type have to be, in its words: `T: Display` where a detail shows a `T`.
fn bounds(input: &Input, cases: &[(&Case, &Kind)]) -> Vec<WherePredicate> {
    let mut bounds = Vec::new();
    for (case, kind) in cases {
        let mut generic = |field: usize, bound: TokenStream| {
            let ty = &case.fields[field].ty;
            if mentions_a_parameter(input, ty) {
                bounds.push(parse_quote!(#ty: #bound));
            }
        };
        match kind {
            Kind::Transparent(field) => generic(*field, an_error()),
            Kind::Own(own) => {
                for used in own.detail.iter().flat_map(|detail| &detail.uses) {
                    let format = format_ident!("{}", used.format);
                    generic(used.field, quote!(::core::fmt::#format));
                }
                own.source.into_iter().for_each(|field| generic(field, an_error()));
                let exposed = case.fields.iter().enumerate().filter(|(_, field)| field.expose.is_some());
                exposed.for_each(|(place, _)| generic(place, quote!(::velithon::reply::__private::Serialize)));
            }
        }
    }
    bounds
}

fn an_error() -> TokenStream {
    quote!(::core::error::Error + 'static)
}

fn mentions_a_parameter(input: &Input, ty: &Type) -> bool {
    let names: Vec<String> = input.generics.type_params().map(|param| param.ident.to_string()).collect();
    any_ident(ty.to_token_stream(), &|ident| names.iter().any(|name| ident == name))
}

fn any_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => any_ident(group.stream(), wanted),
        _ => false,
    })
}

fn at(ty: &Type) -> Span {
    Span::mixed_site().located_at(ty.span())
}
