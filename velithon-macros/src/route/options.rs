//! The keys behind the path of a route attribute, of `#[controller]`, `#[resource]` and `#[routes]`.
//!
//! Every key is read here once, into [`Options`]; which attribute has which keys is [`Host`]'s. Whether a value makes
//! sense is `check`'s question.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Token};

use super::parse::METHODS;
use crate::faults::{Faults, message, unknown_key};
use crate::path::Path;

/// The attribute whose keys are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// `#[get]` and the others, by name.
    Method(&'static str),
    /// `#[route]`
    Route,
    /// `#[controller]` or `#[resource]`, by name.
    Block(&'static str),
    /// `#[routes]`
    Group,
    /// `#[gateway]`, whose other keys are read by `gateway`.
    Gateway,
}

/// What a group can say for all of its routes.
const SHARED: [&str; 4] = ["tags", "when", "middleware", "skip"];

/// The key by which a module passes its prefix on; nobody else writes it.
pub(crate) const PASSED_ON: &str = "__prefix";

/// The key by which a module with faults keeps the routes inside silent: they would report what follows from these.
pub(crate) const SILENT: &str = "__silent";

/// What only a route can say.
const OWN: [&str; 6] = ["status", "accept", "header", "body_limit", "path_mismatch", "blocking"];

/// What each key takes, and how it is written.
const FORMS: [(&str, &str, &str); 12] = [
    ("prefix", "a string", " = \"/api\""),
    ("status", "a number", " = 201"),
    ("accept", "a string", " = \"application/json\""),
    ("header", "a name and a value", "(\"x-api-version\" = \"2\")"),
    ("body_limit", "a string", " = \"10MiB\""),
    ("path_mismatch", "a number", " = 404"),
    ("blocking", "no value", ""),
    ("tags", "a list of strings", " = [\"users\"]"),
    ("when", "a string", " = \"features.reports\""),
    ("middleware", "a list of names", " = [audit]"),
    ("skip", "a list of names", " = [compression]"),
    ("methods", "a list of methods", " = [GET, POST]"),
];

/// What `key` takes, and `key = value` as it is written.
fn form(key: &Ident) -> (&'static str, String) {
    let found = FORMS.iter().find(|(name, ..)| key == name);
    let (_, takes, value) = found.copied().unwrap_or_default();
    (takes, format!("{key}{value}"))
}

impl Host {
    /// The attribute that serves `method`; `#[route]` serves those it lists.
    pub(crate) fn of(method: Option<&'static str>) -> Self {
        let named = METHODS.iter().find(|(_, verb)| Some(*verb) == method);
        named.map_or(Self::Route, |(name, _)| Self::Method(name))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Method(name) | Self::Block(name) => name,
            Self::Route => "route",
            Self::Group => "routes",
            Self::Gateway => "gateway",
        }
    }

    pub(crate) fn is_block(self) -> bool {
        matches!(self, Self::Block(_))
    }

    /// Whether `key` is read here; the ones that a module passes on are everybody's.
    pub(crate) fn reads(self, key: &Ident) -> bool {
        key == PASSED_ON || key == SILENT || self.keys().iter().any(|known| key == known)
    }

    pub(crate) fn keys(self) -> Vec<&'static str> {
        let own = match self {
            Self::Method(_) => OWN.to_vec(),
            Self::Route => ["methods"].into_iter().chain(OWN).collect(),
            Self::Block(_) | Self::Gateway => Vec::new(),
            Self::Group => vec!["prefix"],
        };
        own.into_iter().chain(SHARED).collect()
    }
}

/// What the keys say.
#[derive(Default, Clone)]
pub(crate) struct Options {
    pub(crate) status: Option<LitInt>,
    /// All must hold; a `#[routes]` module adds its own.
    pub(crate) when: Vec<LitStr>,
    pub(crate) accept: Option<LitStr>,
    pub(crate) header: Option<(LitStr, LitStr)>,
    pub(crate) body_limit: Option<LitStr>,
    pub(crate) path_mismatch: Option<LitInt>,
    pub(crate) blocking: Option<Span>,
    pub(crate) middleware: Vec<syn::Path>,
    pub(crate) skip: Vec<syn::Path>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) methods: Vec<Ident>,
    /// What a `#[routes]` module says itself.
    own_prefix: Option<LitStr>,
    /// What the modules around pass on; empty when they have no prefix.
    passed_on: Option<LitStr>,
    /// Both, joined.
    pub(crate) prefix: Option<Path>,
    /// Whether a module around is faulty, so that nothing can be said about the paths inside.
    pub(crate) silent: bool,
}

impl Options {
    /// Reads `key = value, ..` to the end of the input; a key that cannot be read is told, and the next one read.
    pub(crate) fn read(&mut self, host: Host, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error(keyless(host)));
            }
            let key = input.call(Ident::parse_any)?;
            self.entry(host, &key, input, faults)?;
            if seen.contains(&key) && !SHARED.iter().any(|shared| key == shared) {
                faults.push(key.span(), twice(&key));
            }
            seen.push(key);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        self.finish(faults);
        Ok(())
    }

    /// Reads what stands behind `key`.
    pub(crate) fn entry(
        &mut self,
        host: Host,
        key: &Ident,
        input: ParseStream<'_>,
        faults: &mut Faults,
    ) -> syn::Result<()> {
        if let Err(misplaced) = known(host, key) {
            faults.error(misplaced);
            skip_value(input)?;
        } else if let Err(error) = self.value(key, input) {
            let (takes, example) = form(key);
            let what = format!("`{key}` takes {takes}");
            faults.push(error.span(), message(what, "", format_args!("write `{example}`")));
            skip_value(input)?;
        }
        Ok(())
    }

    /// Joins the prefixes once all entries are read.
    pub(crate) fn finish(&mut self, faults: &mut Faults) {
        self.prefix = self.joined(faults);
    }

    fn joined(&self, faults: &mut Faults) -> Option<Path> {
        let mut read = |prefix: Option<&LitStr>| faults.keep(Path::prefix(prefix?));
        let outer = self.passed_on.as_ref().filter(|prefix| !prefix.value().is_empty());
        match (read(outer), read(self.own_prefix.as_ref())) {
            (Some(outer), Some(own)) => faults.keep(own.join(&outer)),
            (outer, own) => outer.or(own),
        }
    }

    /// Whether a `#[routes]` module stands around.
    pub(crate) fn grouped(&self) -> bool {
        self.passed_on.is_some()
    }

    fn value(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match key.to_string().as_str() {
            SILENT => self.silent = true,
            PASSED_ON => self.passed_on = Some(assigned(input)?),
            "prefix" => self.own_prefix = Some(assigned(input)?),
            "status" => self.status = Some(assigned(input)?),
            "when" => self.when.push(assigned(input)?),
            "accept" => self.accept = Some(assigned(input)?),
            "body_limit" => self.body_limit = Some(assigned(input)?),
            "path_mismatch" => self.path_mismatch = Some(assigned(input)?),
            "middleware" => self.middleware.extend(listed::<syn::Path>(input)?),
            "skip" => self.skip.extend(listed::<syn::Path>(input)?),
            "tags" => self.tags.extend(listed::<LitStr>(input)?),
            "methods" => self.methods = listed(input)?,
            "header" => self.header = Some(pair(input)?),
            _ => self.blocking = Some(key.span()),
        }
        Ok(())
    }

    /// Adds what the block around says for all of its routes.
    pub(crate) fn inherit(&mut self, shared: &Self) {
        self.prefix.clone_from(&shared.prefix);
        self.passed_on.clone_from(&shared.passed_on);
        self.when.extend(shared.when.iter().cloned());
        self.tags.extend(shared.tags.iter().cloned());
        self.middleware.extend(shared.middleware.iter().cloned());
        self.skip.extend(shared.skip.iter().cloned());
    }

    /// The shared keys as they are written into the attributes of a group's routes, `depth` plain modules further in.
    pub(crate) fn shared(&self, depth: usize) -> TokenStream {
        let mut keys = TokenStream::new();
        for when in &self.when {
            keys.extend(quote!(when = #when,));
        }
        let mut list = |key: &str, values: Vec<TokenStream>| {
            if !values.is_empty() {
                let key = Ident::new(key, Span::call_site());
                keys.extend(quote!(#key = [#(#values),*],));
            }
        };
        list("tags", self.tags.iter().map(ToTokens::to_token_stream).collect());
        let up = vec![quote!(super::); depth];
        let further_in = |path: &syn::Path| quote!(#(#up)* #path);
        list("middleware", self.middleware.iter().map(further_in).collect());
        list("skip", self.skip.iter().map(further_in).collect());
        keys
    }
}

/// Refuses a key that this attribute does not have; one that another has is told with its place.
fn known(host: Host, key: &Ident) -> syn::Result<()> {
    if host.reads(key) {
        return Ok(());
    }
    let keys = host.keys();
    let here = host.name();
    let told = |what: String, help: String| syn::Error::new(key.span(), message(what, "", help));
    Err(match host {
        Host::Method(_) if key == "methods" => told(
            format!("`#[{here}]` already says its method"),
            "take `methods` away, or write `#[route(.., methods = [GET, POST])]`".to_owned(),
        ),
        Host::Block(_) | Host::Group if OWN.iter().any(|own| key == own) => told(
            format!("`{key}` is said by each route, not by `#[{here}]`"),
            format!("write it at the routes: `#[get(\"/\", {})]`", form(key).1),
        ),
        Host::Block(_) if key == "prefix" => {
            told(format!("`#[{here}]` begins with its prefix"), format!("write `#[{here}(\"/orders\")]`"))
        }
        _ => unknown_key(here, key, &keys),
    })
}

fn twice(key: &Ident) -> String {
    if key == PASSED_ON {
        let why = "the module around finds it by its name, and passed its own keys over it to the routes inside";
        return message("this `#[routes]` was imported under another name", why, "write `#[routes(..)]`");
    }
    message(format_args!("`{key}` is written twice"), "", "keep one of them")
}

fn keyless(host: Host) -> String {
    let keys = host.keys();
    let what = format!("`#[{}]` takes `key = value` here", host.name());
    message(what, "", format_args!("its keys are {}", crate::faults::list(&keys)))
}

/// `= value`
fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= [a, b]`
fn listed<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    input.parse::<Token![=]>()?;
    let list;
    syn::bracketed!(list in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&list)?.into_iter().collect())
}

/// `("x-api-version" = "2")`
fn pair(input: ParseStream<'_>) -> syn::Result<(LitStr, LitStr)> {
    let pair;
    syn::parenthesized!(pair in input);
    let name = pair.parse()?;
    pair.parse::<Token![=]>()?;
    Ok((name, pair.parse()?))
}

/// Passes over what belongs to a key that was not understood, so that the keys after it are read too.
pub(crate) fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
