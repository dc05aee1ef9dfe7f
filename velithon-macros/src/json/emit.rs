//! Writes the impls of a checked type. Text that is known joins into as few fragments as there can be.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Generics, Member, parse_quote};

use super::check::{Arm, Body, Form, Inside, Part};
use super::parse::{Input, Shape};

pub(super) fn emit(input: &Input, body: &Body<'_>) -> TokenStream {
    let to = to();
    let key = body.key.then(|| {
        let (ident, generics) = (&input.ident, bounded(&input.generics));
        let (params, args, predicates) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #params ::velithon::json::JsonKey for #ident #args #predicates {
                fn write_key(&self, #to: &mut ::velithon::json::Buffer) {
                    ::velithon::json::ToJson::write_json(self, #to);
                }
            }
        }
    });
    let writer = writer(input, &matched(input, body));
    quote!(#writer #key)
}

/// An impl that holds for any type of this name, so that a fault in it is the only thing reported.
pub(super) fn bare(input: &Input) -> TokenStream {
    writer(input, &TokenStream::new())
}

fn writer(input: &Input, body: &TokenStream) -> TokenStream {
    let (to, ident, generics) = (to(), &input.ident, bounded(&input.generics));
    let (params, args, predicates) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(unused_imports, unused_variables)]
        impl #params ::velithon::json::ToJson for #ident #args #predicates {
            fn write_json(&self, #to: &mut ::velithon::json::Buffer) {
                use ::velithon::json::__private::{Serialized as _, Unwritten as _, Written as _};
                #body
            }
        }
    }
}

fn bounded(generics: &Generics) -> Generics {
    let mut bounded = generics.clone();
    for param in bounded.type_params_mut() {
        param.bounds.push(parse_quote!(::velithon::json::ToJson));
    }
    bounded
}

fn to() -> Ident {
    Ident::new("to", Span::mixed_site())
}

fn matched(input: &Input, body: &Body<'_>) -> TokenStream {
    if let Shape::Enum(variants) = &input.shape
        && variants.is_empty()
    {
        return quote!(match *self {});
    }
    let arms = body.arms.iter().map(|arm| {
        let path = match arm.variant {
            Some(variant) => quote!(Self::#variant),
            None => quote!(Self),
        };
        let parts = parts(&arm.form);
        let bindings = parts.iter().map(|part| {
            let (member, binding) = (part.member, binding(part.member));
            quote!(#member: #binding)
        });
        let written = written(input, arm);
        quote!(#path { #(#bindings,)* .. } => { #written })
    });
    quote!(match self { #(#arms)* })
}

fn parts<'a>(form: &'a Form<'a>) -> &'a [Part<'a>] {
    match form {
        Form::Skipped => &[],
        Form::Bare(inside)
        | Form::External { inside, .. }
        | Form::Internal { inside, .. }
        | Form::Adjacent { inside, .. } => match inside {
            Inside::Nothing => &[],
            Inside::One(part) => std::slice::from_ref(part),
            Inside::List(parts) | Inside::Members(parts) => parts,
        },
    }
}

fn binding(member: &Member) -> Ident {
    match member {
        Member::Named(ident) => format_ident!("_field_{}", ident.unraw(), span = Span::mixed_site()),
        Member::Unnamed(index) => format_ident!("_field_{}", index.index, span = Span::mixed_site()),
    }
}

fn written(input: &Input, arm: &Arm<'_>) -> TokenStream {
    let mut code = Code::default();
    match &arm.form {
        Form::Bare(inside) => code.content(inside),
        Form::External { name, inside: Inside::Nothing } => code.text(&quoted(name)),
        Form::External { name, inside } => {
            code.text(&format!("{{{}:", quoted(name)));
            code.content(inside);
            code.text("}");
        }
        Form::Internal { tag, name, inside } => {
            code.text(&format!("{{{}:{}", quoted(tag), quoted(name)));
            code.joined(inside);
            code.text("}");
        }
        Form::Adjacent { tag, name, inside: Inside::Nothing, .. } => {
            code.text(&format!("{{{}:{}}}", quoted(tag), quoted(name)));
        }
        Form::Adjacent { tag, content, name, inside } => {
            code.text(&format!("{{{}:{},{}:", quoted(tag), quoted(name), quoted(content)));
            code.content(inside);
            code.text("}");
        }
        Form::Skipped => {
            let (to, ident) = (to(), input.ident.to_string());
            let variant = arm.variant.map(ToString::to_string).unwrap_or_default();
            code.run(&quote!(#to.fail(::velithon::json::__private::skipped(#ident, #variant));));
        }
    }
    code.end()
}

/// Statements that write, with the known text that is still to come.
#[derive(Default)]
struct Code {
    done: TokenStream,
    text: String,
}

/// What is known about the place of the next element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    First,
    Later,
    /// Whether there is one before depends on the value.
    Unknown,
}

impl Code {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn run(&mut self, statements: &TokenStream) {
        self.flush();
        self.done.extend(statements.clone());
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let (to, text) = (to(), std::mem::take(&mut self.text));
            self.done.extend(quote!(#to.fragment(#text);));
        }
    }

    fn end(mut self) -> TokenStream {
        self.flush();
        self.done
    }

    fn content(&mut self, inside: &Inside<'_>) {
        match inside {
            Inside::Nothing => self.text("null"),
            Inside::One(part) => self.value(part),
            Inside::List(parts) => {
                self.text("[");
                self.elements(parts, Next::First);
                self.text("]");
            }
            Inside::Members(parts) => {
                self.text("{");
                self.elements(parts, Next::First);
                self.text("}");
            }
        }
    }

    /// The content of an internally tagged variant, behind its tag.
    fn joined(&mut self, inside: &Inside<'_>) {
        match inside {
            Inside::Nothing | Inside::List(_) => {}
            Inside::Members(parts) => self.elements(parts, Next::Later),
            Inside::One(part) => {
                let value = members(part, true);
                self.run(&value);
            }
        }
    }

    fn elements(&mut self, parts: &[Part<'_>], mut next: Next) {
        for part in parts {
            next = match part.skip_if {
                Some(condition) => {
                    self.flush();
                    let mut inner = Self::default();
                    inner.element(part, next);
                    let (binding, inner) = (binding(part.member), inner.end());
                    self.run(&quote!(if !#condition(#binding) { #inner }));
                    uncertain(next)
                }
                None => self.element(part, next),
            };
        }
    }

    fn element(&mut self, part: &Part<'_>, next: Next) -> Next {
        if part.flatten {
            let value = members(part, false);
            self.run(&value);
            return uncertain(next);
        }
        match next {
            Next::First => {}
            Next::Later => self.text(","),
            Next::Unknown => {
                let to = to();
                self.run(&quote!(#to.comma();));
            }
        }
        if let Member::Named(_) = part.member {
            self.text(&format!("{}:", quoted(&part.name)));
        }
        self.value(part);
        Next::Later
    }

    fn value(&mut self, part: &Part<'_>) {
        let (to, binding) = (to(), binding(part.member));
        let value = match part.with {
            Some(with) => quote! {
                let written = #with(#binding, &mut *#to);
                #to.note(written);
            },
            None => quote!((&&::velithon::json::__private::Member(#binding)).velithon_write(#to);),
        };
        self.run(&value);
    }
}

fn uncertain(next: Next) -> Next {
    if next == Next::First { Next::Unknown } else { next }
}

/// A value whose members join the open object.
fn members(part: &Part<'_>, tagged: bool) -> TokenStream {
    let (to, binding) = (to(), binding(part.member));
    match (part.with, tagged) {
        (Some(with), _) => quote! {
            let written = #with(#binding, ::velithon::json::__private::members(#to, #tagged));
            #to.note(written);
        },
        (None, true) => quote!(::velithon::json::__private::tagged(#binding, #to);),
        (None, false) => quote!(::velithon::json::__private::flatten(#binding, #to);),
    }
}

/// A name as a JSON string.
fn quoted(name: &str) -> String {
    let mut text = String::from("\"");
    for character in name.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            other if other < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
