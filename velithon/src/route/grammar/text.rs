//! The literal characters of a path: those that a client sends as they are written.
//!
//! A request's path is compared byte by byte, undecoded. A literal in any other spelling than the one clients send would
//! be a route that nothing reaches, so the spelling is checked: RFC 3986, section 6.2.2 (normal form), and the set that
//! the URL standard leaves unencoded in a path.

use std::fmt::Write as _;
use std::ops::Range;

use super::{Flaw, printable, with};

/// Adds the flaws of the literal text in `at`; its braces are the caller's.
pub(super) fn check(text: &str, at: Range<usize>, flaws: &mut Vec<Flaw>) {
    let mut from = at.start;
    while let Some(c) = text[from..at.end].chars().next() {
        let end = match c {
            '%' => percent(text, from..at.end, flaws),
            c if travels(c) => from + c.len_utf8(),
            '\\' => backslash(text, from, flaws),
            _ => foreign(text, from..at.end, flaws),
        };
        from = end;
    }
}

/// Flaw of a segment that clients remove before they send the path, if it is one.
pub(super) fn dots(text: &str, at: &Range<usize>, flaws: &mut Vec<Flaw>) {
    if matches!(&text[at.clone()], "." | "..") {
        flaws.push(Flaw::new(
            at.clone(),
            format!("`{}` is not a segment of its own", &text[at.clone()]),
            "clients resolve it before they send the path, so no request reaches it",
            "write the path it leads to",
        ));
    }
}

/// Whether clients send `c` in a path as it is. Many encode braces, but the syntax has always let them stand.
fn travels(c: char) -> bool {
    matches!(c, '!' | '$' | '&'..=';' | '=' | '@'..='[' | ']'..='_' | 'a'..='~')
}

/// Checks the escape that begins at `at.start`; returns where it ends.
fn percent(text: &str, at: Range<usize>, flaws: &mut Vec<Flaw>) -> usize {
    let digits = text.get(at.start + 1..(at.start + 3).min(at.end)).unwrap_or_default();
    let Some(byte) = byte(digits) else {
        let here = at.start..at.start + 1;
        let help = format!("write `{}` for a percent sign", with(text, &here, "%25"));
        flaws.push(Flaw::new(here, "`%` is followed by two hexadecimal digits", "", help));
        return at.start + 1;
    };
    let here = at.start..at.start + 3;
    let usual = match char::from(byte) {
        c if c.is_ascii_alphanumeric() || "-._~".contains(c) => c.to_string(),
        _ => format!("%{byte:02X}"),
    };
    if text[here.clone()] != usual {
        let what = format!("`%{digits}` is written `{usual}`");
        let help = format!("write `{}`", with(text, &here, &usual));
        flaws.push(Flaw::new(here.clone(), what, "paths are compared as clients send them (RFC 3986, 6.2.2)", help));
    }
    here.end
}

fn byte(digits: &str) -> Option<u8> {
    let hexadecimal = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

fn backslash(text: &str, at: usize, flaws: &mut Vec<Flaw>) -> usize {
    let here = at..at + 1;
    let help = format!("write `{}`", with(text, &here, "/"));
    flaws.push(Flaw::new(here, "segments are parted by `/`", "browsers turn `\\` into `/`", help));
    at + 1
}

/// One flaw for a whole run of characters that travel encoded; returns where it ends.
fn foreign(text: &str, at: Range<usize>, flaws: &mut Vec<Flaw>) -> usize {
    let run = &text[at.clone()];
    let length = run.find(|c| travels(c) || matches!(c, '%' | '\\')).unwrap_or(run.len());
    let here = at.start..at.start + length;
    let mut encoded = String::new();
    for byte in run[..length].bytes() {
        // Writing to a string cannot fail.
        let _ = write!(encoded, "%{byte:02X}");
    }
    let help = format!("write `{}`", with(text, &here, &encoded));
    flaws.push(Flaw::new(
        here.clone(),
        format!("`{}` is percent-encoded in a path", printable(&run[..length])),
        "paths are compared as clients send them",
        help,
    ));
    here.end
}
