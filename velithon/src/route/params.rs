//! Single values out of a request: a capture, a query key, a header, a cookie.
//!
//! A source ([`path`], [`query`], [`header`], [`cookie`]) gathers what the request says under one name; a shape
//! ([`Values::one`], [`option`](Values::option), [`or`](Values::or), [`all`](Values::all)) says how often it may be
//! said, and turns the text into a type by a function, which is [`FromText`]'s in every handler. A [`ParamFault`] names the parameter in a sentence for the client.
//!
//! Nothing here looks in a second place for what the first does not hold, or chooses a status.

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;
use http::header::COOKIE;
use smallvec::SmallVec;

use super::table::{InvalidUtf8, decode};

mod text;

pub use text::FromText;

/// The part of a request that a parameter is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A capture of the route's path.
    Path,
    /// The query string.
    Query,
    /// A header field.
    Header,
    /// A pair of the `Cookie` field.
    Cookie,
}

/// A parameter that a request lacks, or carries in a form that the handler cannot take.
///
/// Displayed as a sentence for the client: ``the query parameter `skip` is missing``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamFault {
    /// Where it was looked for.
    pub place: Place,
    /// Its name, as a client writes it.
    pub name: String,
    /// What is wrong.
    pub kind: ParamFaultKind,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamFaultKind {
    /// The request does not have it.
    Missing,
    /// Its text cannot be read as the type of the argument.
    Invalid {
        /// Goes on from the parameter's name: `must be true or false`.
        detail: String,
    },
    /// The request has it more than once, and the argument takes one.
    Repeated,
}

impl fmt::Display for ParamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Path => "path parameter",
            Place::Query => "query parameter",
            Place::Header => "header",
            Place::Cookie => "cookie",
        };
        write!(f, "the {place} `{}` ", self.name)?;
        match &self.kind {
            ParamFaultKind::Missing => f.write_str("is missing"),
            ParamFaultKind::Invalid { detail } => f.write_str(detail),
            ParamFaultKind::Repeated => f.write_str("is there more than once"),
        }
    }
}

impl std::error::Error for ParamFault {}

/// How a text becomes a value: a pointer, so that one function serves all handlers with a parameter of one type.
pub type Read<T> = fn(&str) -> Result<T, String>;

/// What one request says under one name, in the order in which it says it.
#[derive(Debug, Clone)]
pub struct Values<'r> {
    place: Place,
    name: &'r str,
    texts: SmallVec<[Result<Cow<'r, str>, InvalidUtf8>; 1]>,
}

/// The capture `name`, percent-decoded once; `capture` is its part of the path as it was sent.
pub fn path<'r>(capture: &'r str, name: &'r str) -> Values<'r> {
    Values { place: Place::Path, name, texts: [decode(capture)].into_iter().collect() }
}

/// The values of the key `name` in a query string, which comes without its question mark.
///
/// Keys and values are read as `application/x-www-form-urlencoded` (URL standard, section 5.1): `+` is a space, and a key
/// without `=` has an empty value. A value that is not UTF-8 once decoded is [`Invalid`](ParamFaultKind::Invalid).
pub fn query<'r>(query: &'r str, name: &'r str) -> Values<'r> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let values = pairs.filter(|(key, _)| form(key).is_ok_and(|key| key == name)).map(|(_, value)| form(value));
    Values { place: Place::Query, name, texts: values.collect() }
}

/// The values of the header field `name`, in any case, a value for each line of it.
pub fn header<'r>(headers: &'r HeaderMap, name: &'r str) -> Values<'r> {
    let lines = headers.get_all(name).into_iter();
    let texts = lines.map(|line| std::str::from_utf8(line.as_bytes()).map(Cow::Borrowed).map_err(|_| InvalidUtf8));
    Values { place: Place::Header, name, texts: texts.collect() }
}

/// The values of the cookie `name`, less the double quotes around them (RFC 6265, section 4.1.1).
///
/// Nothing is decoded, since cookies have no encoding. HTTP/2 may send several `Cookie` fields; all are read.
pub fn cookie<'r>(headers: &'r HeaderMap, name: &'r str) -> Values<'r> {
    let pairs = headers.get_all(COOKIE).into_iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let values = pairs.filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        (pair[..equals].trim_ascii() == name.as_bytes()).then(|| unquoted(pair[equals + 1..].trim_ascii()))
    });
    let texts = values.map(|value| std::str::from_utf8(value).map(Cow::Borrowed).map_err(|_| InvalidUtf8));
    Values { place: Place::Cookie, name, texts: texts.collect() }
}

/// A key or value of a query.
fn form(text: &str) -> Result<Cow<'_, str>, InvalidUtf8> {
    if !text.contains('+') {
        return decode(text);
    }
    decode(&text.replace('+', " ")).map(|text| Cow::Owned(text.into_owned()))
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

impl Values<'_> {
    /// The one value.
    ///
    /// Of cookies with one name the first counts: browsers send the one with the most specific path first (RFC 6265,
    /// section 5.4), and others cannot be kept from setting a second.
    ///
    /// # Errors
    /// [`ParamFault`] when it is missing, repeated or not a `T`; an empty value is a `T` only if its type says so.
    pub fn one<T>(&self, read: Read<T>) -> Result<T, ParamFault> {
        self.option(read)?.ok_or_else(|| self.fault(ParamFaultKind::Missing))
    }

    /// The one value, or nothing when it is missing. One that is there and empty is not missing.
    ///
    /// # Errors
    /// As for [`one`](Self::one), but for a missing value.
    pub fn option<T>(&self, read: Read<T>) -> Result<Option<T>, ParamFault> {
        match &self.texts[..] {
            [] => Ok(None),
            [_, _, ..] if self.place != Place::Cookie => Err(self.fault(ParamFaultKind::Repeated)),
            [text, ..] => self.read(text.as_deref(), read).map(Some),
        }
    }

    /// The one value, or `default` when it is missing.
    ///
    /// # Errors
    /// As for [`option`](Self::option).
    pub fn or<T>(&self, read: Read<T>, default: fn() -> T) -> Result<T, ParamFault> {
        Ok(self.option(read)?.unwrap_or_else(default))
    }

    /// All values in their order, none when it is missing.
    ///
    /// Header fields that hold lists may stand on one line or on many, and proxies join them: each line is parted at its
    /// commas outside double quotes, and empty elements are left out (RFC 9110, sections 5.3 and 5.6.1).
    ///
    /// # Errors
    /// [`ParamFault`] for the first value that is not a `T`.
    pub fn all<T>(&self, read: Read<T>) -> Result<Vec<T>, ParamFault> {
        let mut all = Vec::with_capacity(self.texts.len());
        for text in &self.texts {
            match text.as_deref() {
                Ok(line) if self.place == Place::Header => {
                    for element in elements(line) {
                        all.push(self.read(Ok(element), read)?);
                    }
                }
                text => all.push(self.read(text, read)?),
            }
        }
        Ok(all)
    }

    fn read<T>(&self, text: Result<&str, &InvalidUtf8>, read: Read<T>) -> Result<T, ParamFault> {
        let value = text.map_err(|_| "must be UTF-8".to_owned()).and_then(read);
        value.map_err(|detail| self.fault(ParamFaultKind::Invalid { detail }))
    }

    fn fault(&self, kind: ParamFaultKind) -> ParamFault {
        ParamFault { place: self.place, name: self.name.to_owned(), kind }
    }
}

/// The elements of a list in a header field.
fn elements(line: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = line.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == ',' && !quoted,
        }
        false
    });
    parts.map(str::trim_ascii).filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests;
