//! The edits that a gateway declares, made in the order in which they are written.

mod path;
mod query;
mod template;

use http::header::{HeaderName, HeaderValue, LOCATION};
use http::request;
use http::response;

pub(crate) use query::{remove as remove_query, set as set_query};
pub(crate) use template::Facts;
use template::Text;

use crate::gateway::error::GatewayError;
use crate::gateway::settings::Edit;
use http::Uri;

/// What is changed of each request or reply.
#[derive(Debug, Default)]
pub(crate) struct EditList(Box<[Change]>);

/// One change, with everything of it that can be prepared.
#[derive(Debug)]
enum Change {
    Set(HeaderName, Text),
    Append(HeaderName, Text),
    Remove(HeaderName),
    QuerySet(Box<str>, Text),
    QueryRemove(Box<str>),
    PathRegex(path::Replacement),
    RewriteLocation,
}

/// Fields that frame a message or belong to one connection: an edit of them would break what they stand for.
const FRAMING: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

impl EditList {
    /// Prepares the edits of a gateway; `captures` are the names that `{path.name}` may say.
    ///
    /// # Errors
    /// The first name, value, pattern or placeholder that cannot be used, in words.
    pub(crate) fn new(edits: &[Edit], captures: &[&str]) -> Result<Self, String> {
        let changes = edits.iter().filter_map(|edit| change(edit, captures).transpose());
        changes.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Changes a request.
    ///
    /// # Errors
    /// A value that a header cannot hold: 400, since it came out of the request.
    pub(crate) fn request(&self, parts: &mut request::Parts, facts: &Facts<'_>) -> Result<(), GatewayError> {
        const ILLEGAL: GatewayError = GatewayError::Request("an edit of a header would have an illegal value");
        for change in &self.0 {
            match change {
                Change::Set(name, text) => {
                    let value = text.value(facts, &parts.headers).ok_or(ILLEGAL)?;
                    parts.headers.insert(name.clone(), value);
                }
                Change::Append(name, text) => {
                    let value = text.value(facts, &parts.headers).ok_or(ILLEGAL)?;
                    parts.headers.append(name.clone(), value);
                }
                Change::Remove(name) => drop(parts.headers.remove(name)),
                Change::QuerySet(name, text) => {
                    let value = text.text(facts, &parts.headers).ok_or(ILLEGAL)?;
                    query::set(&mut parts.uri, name, &value);
                }
                Change::QueryRemove(name) => query::remove(&mut parts.uri, name),
                Change::PathRegex(replacement) => replacement.apply(&mut parts.uri),
                Change::RewriteLocation => {}
            }
        }
        Ok(())
    }

    /// Changes a reply; `location` says what becomes of a `Location` that names the upstream.
    ///
    /// # Errors
    /// A value that a header cannot hold: 502.
    pub(crate) fn response(
        &self,
        parts: &mut response::Parts,
        facts: &Facts<'_>,
        location: impl Fn(&HeaderValue) -> Option<HeaderValue>,
    ) -> Result<(), GatewayError> {
        const ILLEGAL: GatewayError = GatewayError::Reply("an edit of a header would have an illegal value");
        for change in &self.0 {
            match change {
                Change::Set(name, text) => {
                    let value = text.value(facts, facts.headers).ok_or(ILLEGAL)?;
                    parts.headers.insert(name.clone(), value);
                }
                Change::Append(name, text) => {
                    let value = text.value(facts, facts.headers).ok_or(ILLEGAL)?;
                    parts.headers.append(name.clone(), value);
                }
                Change::Remove(name) => drop(parts.headers.remove(name)),
                Change::RewriteLocation => {
                    if let Some(value) = parts.headers.get(LOCATION).and_then(&location) {
                        parts.headers.insert(LOCATION, value);
                    }
                }
                Change::QuerySet(..) | Change::QueryRemove(_) | Change::PathRegex(_) => {}
            }
        }
        Ok(())
    }
}

fn change(edit: &Edit, captures: &[&str]) -> Result<Option<Change>, String> {
    Ok(Some(match edit {
        Edit::Set(name, text) => Change::Set(header(name)?, Text::new(text, captures)?),
        Edit::Append(name, text) => Change::Append(header(name)?, Text::new(text, captures)?),
        Edit::Remove(name) => Change::Remove(header(name)?),
        Edit::QuerySet(name, text) => Change::QuerySet(name.as_str().into(), Text::new(text, captures)?),
        Edit::QueryRemove(name) => Change::QueryRemove(name.as_str().into()),
        Edit::PathRegex(pattern, with) => Change::PathRegex(path::Replacement::new(pattern, with)?),
        Edit::RewriteLocation => Change::RewriteLocation,
        Edit::BodyJson(_) => return Ok(None),
    }))
}

fn header(name: &str) -> Result<HeaderName, String> {
    let parsed: HeaderName = name.parse().map_err(|_| format!("`{name}` is no name of a header"))?;
    if is_framing(&parsed) {
        let help = if parsed == http::header::HOST { "; the key `host` sets it" } else { "" };
        return Err(format!("`{name}` belongs to the connection and cannot be edited{help}"));
    }
    Ok(parsed)
}

/// Whether a field belongs to the connection, and so is nobody's to change.
pub(crate) fn is_framing(name: &HeaderName) -> bool {
    FRAMING.contains(&name.as_str())
}

/// Replaces the path; says whether it is one.
pub(crate) fn set_path(uri: &mut Uri, path: &str) -> bool {
    let path = format!("/{}", path.trim_start_matches('/'));
    let fine = path.parse::<http::uri::PathAndQuery>().is_ok_and(|parsed| parsed.query().is_none());
    if fine {
        let whole = match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        replace(uri, whole);
    }
    fine
}

/// Writes a path and query into a URI that keeps the rest.
fn replace(uri: &mut Uri, whole: String) {
    if let Ok(whole) = http::uri::PathAndQuery::from_maybe_shared(bytes::Bytes::from(whole)) {
        let mut parts = std::mem::take(uri).into_parts();
        parts.path_and_query = Some(whole);
        *uri = Uri::from_parts(parts).unwrap_or_default();
    }
}
