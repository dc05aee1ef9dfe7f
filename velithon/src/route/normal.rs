//! The one path of a request: what the table matches, what handlers see, and what a gateway sends on.
//!
//! A request whose path has nothing to settle, as nearly every one, costs a look over its bytes. Any other gets its
//! normal form written into its URI before anything reads it: dot segments are gone, also percent-encoded ones (RFC 3986,
//! section 6.2.2.3), bytes beyond ASCII are percent-encoded (section 2.1), and it begins with one slash. Nothing is
//! decoded, so that the normal form can be sent on as it is. Empty segments (`//`) stay in it; only the table reads it
//! [`merged`].
//!
//! The query is nobody's business here: it stays as it came, byte for byte.

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;
use wide::u8x16;

use super::fault::TargetFault;

/// What was found about the path of a request, whose URI now holds its normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It is matched as it stands.
    Plain,
    /// It has empty segments, which the table does not see.
    Doubled,
    /// There is none: `*`, or the target of CONNECT.
    Absent,
    Faulty(TargetFault),
}

/// Brings the path of a URI into its normal form.
#[inline]
pub(crate) fn normalise(uri: &mut Uri) -> Shape {
    match uri.path_and_query() {
        Some(whole) if whole.as_str().starts_with('/') && is_plain(whole.path().as_bytes()) => Shape::Plain,
        _ => settle(uri).unwrap_or_else(Shape::Faulty),
    }
}

/// Bytes looked at together.
const WIDTH: usize = 16;

/// Whether a path is its own normal form; some that are, such as `/.well-known`, get a second look.
#[inline]
fn is_plain(path: &[u8]) -> bool {
    let mut padded = [0; WIDTH + 1];
    let Some(rest) = path.len().checked_sub(WIDTH) else {
        padded[..path.len()].copy_from_slice(path);
        return is_plain_block(&padded);
    };
    padded[..WIDTH].copy_from_slice(&path[rest..]);
    // Each block overlaps the next by a byte, so that no pair of bytes is torn.
    path.windows(WIDTH + 1).step_by(WIDTH).all(|block| block.try_into().is_ok_and(is_plain_block))
        && is_plain_block(&padded)
}

/// Whether among the first sixteen bytes there is none that needs a closer look: `%`, `\`, one beyond ASCII, or a slash
/// before a dot or another slash.
#[inline(always)]
fn is_plain_block(block: &[u8; WIDTH + 1]) -> bool {
    let (these, _) = block.split_first_chunk::<WIDTH>().unwrap_or((&[0; WIDTH], &[]));
    let (_, next) = block.split_last_chunk::<WIDTH>().unwrap_or((&[], &[0; WIDTH]));
    let (these, next) = (u8x16::new(*these), u8x16::new(*next));
    let equal = |bytes: u8x16, byte: u8| bytes.simd_eq(u8x16::splat(byte));
    // A dot and a slash differ in the lowest bit, and no other byte becomes one of them by it.
    let pairs = equal(these, b'/') & equal(next | u8x16::splat(1), b'/');
    let single = equal(these, b'%') | equal(these, b'\\') | equal(these, 0x7F);
    (pairs | single | these).to_bitmask() == 0
}

/// The slow way, for everything that a look did not pass.
#[cold]
fn settle(uri: &mut Uri) -> Result<Shape, TargetFault> {
    let path = uri.path();
    if !path.starts_with('/') {
        return Ok(Shape::Absent);
    }
    let normal = resolved(&encoded(path)?)?;
    let shape = if normal.contains("//") { Shape::Doubled } else { Shape::Plain };
    let whole = match uri.query() {
        Some(query) => format!("{normal}?{query}"),
        None => normal,
    };
    if uri.path_and_query().is_none_or(|own| own.as_str() != whole) {
        replace(uri, whole)?;
    }
    Ok(shape)
}

fn replace(uri: &mut Uri, whole: String) -> Result<(), TargetFault> {
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = Some(PathAndQuery::from_maybe_shared(whole).map_err(|_| TargetFault::NoPath)?);
    *uri = Uri::from_parts(parts).map_err(|_| TargetFault::NoPath)?;
    Ok(())
}

/// The path with bytes beyond ASCII percent-encoded.
fn encoded(path: &str) -> Result<String, TargetFault> {
    let mut encoded = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'\\' => return Err(TargetFault::Backslash),
            0x7F => return Err(TargetFault::Control),
            b'%' => match escaped(behind)? {
                0x00 | b'\n' | b'\r' | 0x7F => return Err(TargetFault::Control),
                _ => encoded.push('%'),
            },
            0x80.. => encoded.push_str(&format!("%{byte:02X}")),
            _ => encoded.push(byte.into()),
        }
    }
    Ok(encoded)
}

/// The byte that the two digits behind a percent sign mean (RFC 3986, section 2.1).
fn escaped(behind: &[u8]) -> Result<u8, TargetFault> {
    let digit = |at: usize| behind.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let value = digit(0).zip(digit(1)).map(|(high, low)| high * 16 + low);
    value.and_then(|value| u8::try_from(value).ok()).ok_or(TargetFault::Escape)
}

/// The path without dot segments (RFC 3986, section 5.2.4), but that one may not climb above the root, and with one slash
/// at its beginning.
fn resolved(path: &str) -> Result<String, TargetFault> {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.trim_start_matches('/').split('/').peekable();
    while let Some(segment) = segments.next() {
        let ends = segments.peek().is_none();
        match dots(segment) {
            None => kept.push(segment),
            Some(Dots::Here) => {}
            Some(Dots::Up) => drop(kept.pop().ok_or(TargetFault::AboveRoot)?),
        }
        // What a dot segment names is a folder.
        if ends && dots(segment).is_some() {
            kept.push("");
        }
    }
    let joined = kept.join("/");
    Ok(format!("/{}", joined.trim_start_matches('/')))
}

enum Dots {
    Here,
    Up,
}

fn dots(segment: &str) -> Option<Dots> {
    let mut rest = segment;
    let mut count = 0;
    while let Some(behind) = rest.strip_prefix('.').or(rest.strip_prefix("%2e")).or(rest.strip_prefix("%2E")) {
        (rest, count) = (behind, count + 1);
    }
    match (rest, count) {
        ("", 1) => Some(Dots::Here),
        ("", 2) => Some(Dots::Up),
        _ => None,
    }
}

/// A normal path as the table and the patterns of middleware read it: of slashes behind each other, the last.
pub(crate) fn merged(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    Cow::Owned(kept_places(path).filter_map(|place| path.get(place..=place)).collect())
}

/// Where the bytes of the [`merged`] path stand in the path itself.
pub(crate) fn kept_places(path: &str) -> impl Iterator<Item = usize> {
    let bytes = path.as_bytes();
    (0..bytes.len()).filter(|&place| bytes[place] != b'/' || bytes.get(place + 1) != Some(&b'/'))
}

/// Separators that percent-encoding hides from the match, in a normal path.
///
/// A program behind a gateway may decode them before it looks at the path, and then see other segments than were
/// matched here: whoever sends a path on decides what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HiddenSeparators {
    /// `%2f` or `%2F`.
    pub slash: bool,
    /// `%5c` or `%5C`.
    pub backslash: bool,
}

impl HiddenSeparators {
    /// Looks for them in the path of a request, as `request.uri().path()` is.
    pub fn of(path: &str) -> Self {
        let mut found = Self::default();
        for (_, behind) in path.match_indices('%').map(|(at, _)| path.split_at(at + 1)) {
            found.slash |= behind.starts_with("2f") || behind.starts_with("2F");
            found.backslash |= behind.starts_with("5c") || behind.starts_with("5C");
        }
        found
    }
}

/// A path as a program reads it that decodes `%2f` first: normal again, and merged.
///
/// A gateway compares where this leads with where the path itself led.
///
/// # Errors
/// [`TargetFault::AboveRoot`] when it then climbs above the root.
pub fn with_open_slashes(path: &str) -> Result<String, TargetFault> {
    let open = path.replace("%2f", "/").replace("%2F", "/");
    resolved(&open).map(|path| merged(&path).into_owned())
}

#[cfg(test)]
#[path = "normal_tests.rs"]
mod tests;
