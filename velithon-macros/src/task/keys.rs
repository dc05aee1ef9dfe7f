//! What stands in the parentheses of `#[task(..)]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Token};

use crate::faults::{Faults, list, message, nearest, unknown_key};
use crate::route::options::skip_value;

/// Every key, as messages list them.
pub(super) const KEYS: [&str; 17] = [
    "name",
    "alias",
    "queue",
    "priority",
    "retries",
    "backoff",
    "timeout",
    "max_crashes",
    "unique",
    "result",
    "payload",
    "cron",
    "tz",
    "missed",
    "overlap",
    "broker",
    "remote",
];

/// The priorities, from the most to the least urgent.
const PRIORITIES: [&str; 4] = ["Critical", "High", "Normal", "Low"];

/// The keys that were written.
#[derive(Default, Clone)]
pub(super) struct Keys {
    pub(super) name: Option<LitStr>,
    pub(super) alias: Vec<LitStr>,
    pub(super) queue: Option<LitStr>,
    pub(super) priority: Option<Ident>,
    pub(super) retries: Option<LitInt>,
    pub(super) backoff: Option<LitStr>,
    pub(super) timeout: Option<LitStr>,
    pub(super) max_crashes: Option<LitInt>,
    pub(super) unique: Option<UniqueKey>,
    pub(super) result: Option<LitStr>,
    pub(super) payload: Option<LitStr>,
    pub(super) cron: Option<LitStr>,
    pub(super) tz: Option<LitStr>,
    pub(super) missed: Option<LitStr>,
    pub(super) overlap: Option<LitStr>,
    pub(super) broker: Option<LitStr>,
    pub(super) remote: Option<Span>,
}

/// `unique`, `unique(by = "user_id", within = "10m")`
#[derive(Clone)]
pub(super) struct UniqueKey {
    pub(super) by: Vec<LitStr>,
    pub(super) within: Option<LitStr>,
}

impl Keys {
    /// Reads the keys; a fault in one does not hide the others.
    pub(super) fn read(attribute: TokenStream, faults: &mut Faults) -> Self {
        let mut keys = Self::default();
        let read = |input: ParseStream<'_>| {
            let mut seen: Vec<Ident> = Vec::new();
            while !input.is_empty() {
                if let Err(error) = keys.entry(input, &mut seen) {
                    faults.error(error);
                    skip_value(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let end = read.parse2(attribute);
        faults.keep(end);
        keys
    }

    fn entry(&mut self, input: ParseStream<'_>, seen: &mut Vec<Ident>) -> syn::Result<()> {
        let at = input.span();
        let key = input.call(Ident::parse_any).map_err(|_| keyless(at))?;
        if !KEYS.iter().any(|known| key == known) {
            return Err(unknown_key("task", &key, &KEYS));
        }
        if seen.contains(&key) {
            let help = format_args!("keep one `{key}`");
            return Err(syn::Error::new(key.span(), message(format_args!("`{key}` is written twice"), "", help)));
        }
        seen.push(key.clone());
        self.value(&key, input)
    }

    fn value(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match key.to_string().as_str() {
            "remote" => self.remote = Some(key.span()),
            "unique" => self.unique = Some(unique(key, input)?),
            "priority" => self.priority = Some(priority(key, input)?),
            "alias" => self.alias = texts(key, input)?,
            "retries" => self.retries = Some(assigned(key, input, "a whole number", "retries = 5")?),
            "max_crashes" => self.max_crashes = Some(assigned(key, input, "a whole number", "max_crashes = 3")?),
            name => *self.text(name) = Some(assigned(key, input, "a text", example(name))?),
        }
        Ok(())
    }

    /// The keys that hold one text.
    fn text(&mut self, name: &str) -> &mut Option<LitStr> {
        match name {
            "name" => &mut self.name,
            "queue" => &mut self.queue,
            "backoff" => &mut self.backoff,
            "timeout" => &mut self.timeout,
            "result" => &mut self.result,
            "payload" => &mut self.payload,
            "cron" => &mut self.cron,
            "tz" => &mut self.tz,
            "missed" => &mut self.missed,
            "overlap" => &mut self.overlap,
            _ => &mut self.broker,
        }
    }
}

/// A right value of each key that holds a text.
fn example(key: &str) -> &'static str {
    match key {
        "name" => "name = \"mail.digest\"",
        "queue" => "queue = \"mail\"",
        "backoff" => "backoff = \"1s..5m\"",
        "timeout" => "timeout = \"30s\"",
        "result" => "result = \"24h\"",
        "payload" => "payload = \"1MiB\"",
        "cron" => "cron = \"0 3 * * *\"",
        "tz" => "tz = \"Europe/Berlin\"",
        "missed" => "missed = \"run_once\"",
        "overlap" => "overlap = \"skip\"",
        _ => "broker = \"celery\"",
    }
}

/// `= value` after a key.
fn assigned<T: syn::parse::Parse>(key: &Ident, input: ParseStream<'_>, takes: &str, form: &str) -> syn::Result<T> {
    let wrong = |span: Span| {
        let what = format_args!("`{key}` takes {takes}");
        syn::Error::new(span, message(what, "", format_args!("write `{form}`")))
    };
    if !input.peek(Token![=]) {
        return Err(wrong(key.span()));
    }
    input.parse::<Token![=]>()?;
    let at = input.span();
    input.parse().map_err(|_| wrong(at))
}

/// `= "a"` or `= ["a", "b"]`
fn texts(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if !input.peek2(syn::token::Bracket) {
        return assigned(key, input, "a text or a list of texts", "alias = [\"old.name\"]").map(|one| vec![one]);
    }
    input.parse::<Token![=]>()?;
    let listed;
    syn::bracketed!(listed in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&listed)?.into_iter().collect())
}

fn priority(key: &Ident, input: ParseStream<'_>) -> syn::Result<Ident> {
    let at = input.fork();
    let told = |span: Span, typed: &str| {
        let help = match nearest(typed, PRIORITIES) {
            Some(name) => format!("write `priority = {name}`"),
            None => format!("the priorities are {}", list(&PRIORITIES)),
        };
        syn::Error::new(span, message(format_args!("`{typed}` is no priority"), "", help))
    };
    if at.parse::<Token![=]>().is_ok()
        && let Ok(text) = at.parse::<LitStr>()
    {
        return Err(told(text.span(), &text.value()));
    }
    let named: Ident = assigned(key, input, "the name of a priority", "priority = High")?;
    if PRIORITIES.iter().any(|known| named == known) { Ok(named) } else { Err(told(named.span(), &named.to_string())) }
}

fn unique(key: &Ident, input: ParseStream<'_>) -> syn::Result<UniqueKey> {
    let mut unique = UniqueKey { by: Vec::new(), within: None };
    if input.peek(Token![=]) {
        let what = "`unique` stands alone, or with parentheses";
        let help = "write `unique`, or `unique(by = \"user_id\", within = \"10m\")`";
        return Err(syn::Error::new(key.span(), message(what, "", help)));
    }
    if !input.peek(syn::token::Paren) {
        return Ok(unique);
    }
    let inner;
    syn::parenthesized!(inner in input);
    while !inner.is_empty() {
        let part = inner.call(Ident::parse_any)?;
        match part.to_string().as_str() {
            "by" => unique.by = by(&part, &inner)?,
            "within" => unique.within = Some(assigned(&part, &inner, "a text", "within = \"10m\"")?),
            _ => return Err(unknown_key("task(unique)", &part, &["by", "within"])),
        }
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    Ok(unique)
}

/// `by = "user_id"` or `by = ["user_id", "kind"]`
fn by(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if input.peek2(syn::token::Bracket) {
        return texts(key, input);
    }
    assigned(key, input, "the name of an argument", "by = \"user_id\"").map(|one| vec![one])
}

fn keyless(span: Span) -> syn::Error {
    let help = format_args!("write the key in front of the value; its keys are {}", list(&KEYS));
    syn::Error::new(span, message("`#[task]` takes `key = value`", "", help))
}
