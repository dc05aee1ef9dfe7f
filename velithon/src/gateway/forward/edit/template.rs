//! Texts with placeholders: `"{client_ip}"`, `"{header.host}"`, `"{path.id}"`, `"{request_id}"`, `"{uuid}"`.

use std::borrow::Cow;
use std::net::IpAddr;

use http::HeaderMap;
use http::header::{HOST, HeaderName, HeaderValue};

use crate::fault::nearest;
use crate::route::Captures;

/// What a placeholder may stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The client, behind whatever proxies are trusted.
    pub(crate) client: Option<IpAddr>,
    pub(crate) request_id: Option<&'a str>,
    /// The path that the captures point into.
    pub(crate) path: &'a str,
    pub(crate) captures: &'a Captures,
    /// The host that the client asked for.
    pub(crate) host: Option<&'a HeaderValue>,
    /// The fields of the request, for edits of its reply.
    pub(crate) headers: &'a HeaderMap,
}

/// A text, cut at its placeholders.
#[derive(Debug)]
pub(super) struct Text {
    pieces: Box<[Piece]>,
    /// The value itself, where nothing is to be filled in.
    fixed: Option<HeaderValue>,
}

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    ClientIp,
    RequestId,
    Uuid,
    Path(usize),
    Header(HeaderName),
}

const KNOWN: [&str; 5] = ["client_ip", "request_id", "uuid", "path.x", "header.x"];

impl Text {
    pub(super) fn new(text: &str, captures: &[&str]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}` has a `{{` without its `}}`"))?;
            pieces.extend((!before.is_empty()).then(|| Piece::Text(before.into())));
            pieces.push(piece(name, captures)?);
            rest = after;
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.into())));
        let fixed = match &pieces[..] {
            [] => Some(HeaderValue::from_static("")),
            [Piece::Text(whole)] => {
                Some(HeaderValue::from_str(whole).map_err(|_| format!("`{text}` cannot be the value of a header"))?)
            }
            _ => None,
        };
        Ok(Self { pieces: pieces.into(), fixed })
    }

    /// The value for this request; nothing when a header cannot hold it.
    pub(super) fn value(&self, facts: &Facts<'_>, headers: &HeaderMap) -> Option<HeaderValue> {
        match &self.fixed {
            Some(fixed) => Some(fixed.clone()),
            None => HeaderValue::from_str(&self.text(facts, headers)?).ok(),
        }
    }

    /// The text for this request; nothing when a header that it names is no text.
    pub(super) fn text(&self, facts: &Facts<'_>, headers: &HeaderMap) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            text.push_str(&piece.fill(facts, headers)?);
        }
        Some(text)
    }
}

impl Piece {
    fn fill<'a>(&'a self, facts: &Facts<'a>, headers: &'a HeaderMap) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::ClientIp => facts.client.map_or(Cow::Borrowed("unknown"), |client| client.to_string().into()),
            Self::RequestId => Cow::Borrowed(facts.request_id.unwrap_or_default()),
            Self::Uuid => uuid::Uuid::now_v7().to_string().into(),
            Self::Path(index) => Cow::Borrowed(facts.captures.get(facts.path, *index).unwrap_or_default()),
            Self::Header(name) => {
                let own = if *name == HOST { facts.host } else { headers.get(name) };
                match own {
                    Some(value) => Cow::Borrowed(value.to_str().ok()?),
                    None => Cow::Borrowed(""),
                }
            }
        })
    }
}

fn piece(name: &str, captures: &[&str]) -> Result<Piece, String> {
    match (name, name.split_once('.')) {
        ("client_ip", _) => Ok(Piece::ClientIp),
        ("request_id", _) => Ok(Piece::RequestId),
        ("uuid", _) => Ok(Piece::Uuid),
        (_, Some(("header", header))) => {
            header.parse().map(Piece::Header).map_err(|_| format!("`{header}` is no name of a header"))
        }
        (_, Some(("path", capture))) => match captures.iter().position(|own| *own == capture) {
            Some(index) => Ok(Piece::Path(index)),
            None => Err(format!("the path captures no `{capture}`")),
        },
        _ => Err(match nearest(name, KNOWN) {
            Some(near) => format!("there is no placeholder `{{{name}}}`; did you mean `{{{near}}}`?"),
            None => format!("there is no placeholder `{{{name}}}`; there are `{{{}}}`", KNOWN.join("}`, `{")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("x-tenant", HeaderValue::from_static("acme"));
        headers.insert("x-bytes", HeaderValue::from_bytes(b"\xff").unwrap());
        let host = HeaderValue::from_static("shop.example");
        let facts = Facts {
            client: Some("192.0.2.1".parse().unwrap()),
            request_id: Some("id-1"),
            path: "",
            captures: &Captures::default(),
            host: Some(&host),
            headers: &headers,
        };
        Text::new(text, &[]).unwrap().text(&facts, &headers)
    }

    #[test]
    fn placeholders_are_filled_and_the_rest_stays() {
        assert_eq!(filled("a-{header.x-tenant}-{client_ip}").unwrap(), "a-acme-192.0.2.1");
        assert_eq!(filled("{header.host}/{request_id}{header.absent}").unwrap(), "shop.example/id-1");
        assert_eq!(filled("{uuid}").unwrap().len(), 36);
        assert_eq!(filled("{header.x-bytes}"), None);
    }

    #[test]
    fn an_unknown_placeholder_is_told_with_the_nearest() {
        assert!(Text::new("{client_io}", &[]).unwrap_err().contains("`{client_ip}`"));
        assert!(Text::new("{path.id}", &["idx"]).unwrap_err().contains("`id`"));
        assert!(Text::new("{open", &[]).is_err() && Text::new("a\nb", &[]).is_err());
    }
}
