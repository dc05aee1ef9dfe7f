//! Reads what a route writes: `/users/{id}`, `/files/{*path}`, `/v{version}/status`.
//!
//! The grammar is axum 0.8's (matchit 0.8): a capture ends its segment and may follow literal text, a catch-all ends the
//! path, braces that belong to the path are doubled. On top of that a capture is named like an argument, and literal
//! text is spelt as it travels.

use std::ops::Range;

use super::{Flaw, MOST_CAPTURES, segments, text, with};

/// What stands between two slashes; literal text has its doubled braces halved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// `users`; empty only at the end of the path.
    Literal(String),
    /// `{id}`, `v{version}`: up to the next slash.
    Capture { lead: String, name: String, at: Range<usize> },
    /// `{*path}`: up to the end.
    Rest { lead: String, name: String, at: Range<usize> },
}

/// The segments of a template, or everything that is wrong with it.
pub(crate) fn template(text: &str) -> Result<Vec<Segment>, Vec<Flaw>> {
    let mut flaws = Vec::new();
    // A query is no segment, and its slashes part nothing.
    let path = &text[..query(text, &mut flaws)];
    let ranges = segments(path, &mut flaws);
    let mut reader = Reader { text: path, flaws, torn: false };
    let found: Vec<Segment> = ranges.into_iter().filter_map(|at| reader.segment(at)).collect();
    reader.places(&found);
    reader.names(&found);
    ordered(reader.flaws).map_or(Ok(found), Err)
}

/// The segments of a path that others are put behind: no trailing slash, no catch-all.
pub(crate) fn prefix(text: &str) -> Result<Vec<Segment>, Vec<Flaw>> {
    let mut flaws = Vec::new();
    if text.ends_with('/') {
        let help = match text.trim_end_matches('/') {
            "" => "leave the prefix out".to_owned(),
            shorter => format!("write `{shorter}`"),
        };
        let why = "the paths behind it begin with a slash of their own";
        flaws.push(Flaw::new(text.len() - 1..text.len(), "a prefix does not end with `/`", why, help));
    }
    let found = template(text).unwrap_or_else(|more| {
        flaws.extend(more);
        Vec::new()
    });
    if let Some(Segment::Rest { name, at, .. }) = found.last() {
        let help = format!("write `{}`", with(text, at, &format!("{{{name}}}")));
        let why = "it takes the rest of the path, so nothing can stand behind it";
        flaws.push(Flaw::new(at.clone(), format!("a prefix cannot hold `{{*{name}}}`"), why, help));
    }
    ordered(flaws).map_or(Ok(found), Err)
}

/// `path` behind `prefix`: `/api` and `/users` are `/api/users`, `/api` and `/` are `/api`.
pub(crate) fn joined(prefix: &str, path: &str) -> String {
    match path {
        "/" => prefix.to_owned(),
        _ => format!("{prefix}{path}"),
    }
}

/// The flaws from left to right, or nothing.
fn ordered(mut flaws: Vec<Flaw>) -> Option<Vec<Flaw>> {
    flaws.sort_by_key(|flaw| flaw.at.start);
    (!flaws.is_empty()).then_some(flaws)
}

/// Where the path ends: before a `?` or `#` outside braces, which is a flaw.
fn query(text: &str, flaws: &mut Vec<Flaw>) -> usize {
    let mut inside = false;
    for (at, c) in text.char_indices() {
        match c {
            '{' => inside = true,
            '}' | '/' => inside = false,
            '?' | '#' if !inside => {
                let path = if at == 0 { "/" } else { &text[..at] };
                let help = match text[at + 1..].split(['=', '&', '#']).next() {
                    Some(key) if c == '?' && identifier(key) => {
                        format!("write `{path}`, and take `#[query] {key}` as an argument")
                    }
                    _ => format!("write `{path}`"),
                };
                let what = format!("a path ends before `{c}`");
                let why = if c == '?' { "the query is no part of it" } else { "clients never send a fragment" };
                flaws.push(Flaw::new(at..text.len(), what, why, help));
                return at;
            }
            _ => {}
        }
    }
    text.len()
}

/// Whether `name` can name an argument. A keyword can (`r#type`), except the four that have no raw form.
fn identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
    starts
        && chars.all(|c| c == '_' || c.is_alphanumeric())
        && !matches!(name, "_" | "self" | "Self" | "super" | "crate")
}

struct Reader<'t> {
    text: &'t str,
    flaws: Vec<Flaw>,
    /// A `{` was never closed: the `}` of a later segment is not another flaw.
    torn: bool,
}

impl Reader<'_> {
    /// Reads one segment; nothing when it holds no sense beside its flaws.
    fn segment(&mut self, at: Range<usize>) -> Option<Segment> {
        text::dots(self.text, &at, &mut self.flaws);
        if self.foreign(&at) {
            return None;
        }
        let mut literal = String::new();
        let mut from = at.start;
        while let Some(brace) = self.brace(from..at.end) {
            self.literal(from..brace, &mut literal);
            let rest = &self.text[brace..at.end];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push_str(&rest[..1]);
                from = brace + 2;
            } else if rest.starts_with('{') {
                return self.capture(literal, brace..at.end);
            } else {
                self.stray(brace);
                from = brace + 1;
            }
        }
        self.literal(from..at.end, &mut literal);
        Some(Segment::Literal(literal))
    }

    fn brace(&self, at: Range<usize>) -> Option<usize> {
        self.text[at.clone()].find(['{', '}']).map(|offset| at.start + offset)
    }

    fn literal(&mut self, at: Range<usize>, literal: &mut String) {
        literal.push_str(&self.text[at.clone()]);
        text::check(self.text, at, &mut self.flaws);
    }

    /// Reports the capture syntax of other frameworks: `:id`, `*path`, `<id>`.
    fn foreign(&mut self, at: &Range<usize>) -> bool {
        let segment = &self.text[at.clone()];
        let (capture, name, usual) = match segment.as_bytes() {
            [b':', ..] => ("", &segment[1..], "id"),
            [b'*', ..] => ("*", &segment[1..], "path"),
            [b'<', .., b'>'] => ("", &segment[1..segment.len() - 1], "id"),
            _ => return false,
        };
        let name = if identifier(name) { name } else { usual };
        let help = format!("write `{}`", with(self.text, at, &format!("{{{capture}{name}}}")));
        self.flaws.push(Flaw::new(at.clone(), "a capture is written in braces", "", help));
        true
    }

    fn stray(&mut self, brace: usize) {
        if !std::mem::take(&mut self.torn) {
            let at = brace..brace + 1;
            let help = format!("write `{}` for a literal brace", with(self.text, &at, "}}"));
            self.flaws.push(Flaw::new(at, "this `}` closes nothing", "", help));
        }
    }

    /// Reads the capture that begins at `at.start` and must end where its segment does.
    fn capture(&mut self, lead: String, at: Range<usize>) -> Option<Segment> {
        let Some(end) = self.close(at.clone()) else {
            self.open(at);
            return None;
        };
        let here = at.start..end;
        let inner = &self.text[here.start + 1..here.end - 1];
        let (star, name) = inner.strip_prefix('*').map_or(("", inner), |name| ("*", name));
        if !identifier(name) {
            self.name(here, star, name);
            return None;
        }
        if end < at.end {
            self.tail(&here, end..at.end);
        }
        let name = name.to_owned();
        Some(match star {
            "" => Segment::Capture { lead, name, at: here },
            _ => Segment::Rest { lead, name, at: here },
        })
    }

    /// The end of the capture that begins at `at.start`; a doubled brace closes nothing.
    fn close(&self, at: Range<usize>) -> Option<usize> {
        let mut from = at.start + 1;
        loop {
            let close = from + self.text[from..at.end].find('}')?;
            if !self.text[close..at.end].starts_with("}}") {
                return Some(close + 1);
            }
            from = close + 2;
        }
    }

    fn open(&mut self, at: Range<usize>) {
        self.torn = true;
        let name = word(&self.text[at.start + 1..at.end], "id");
        let what = "this `{` is not closed in its segment";
        let help = format!("write `{{{name}}}`, or `{{{{` for a literal brace");
        self.flaws.push(Flaw::new(at, what, "", help));
    }

    fn name(&mut self, at: Range<usize>, star: &str, name: &str) {
        let usual = if star.is_empty() { "id" } else { "path" };
        let what = match name {
            "" => "a capture needs a name".to_owned(),
            _ => format!("`{name}` cannot name an argument"),
        };
        let help = format!("write `{}`", with(self.text, &at, &format!("{{{star}{}}}", word(name, usual))));
        let why = match name {
            "" => "",
            _ => "a capture lands in the argument of its name, and that argument's type says what it accepts",
        };
        self.flaws.push(Flaw::new(at, what, why, help));
    }

    /// Reports what follows a capture inside its segment.
    fn tail(&mut self, capture: &Range<usize>, at: Range<usize>) {
        let (written, tail) = (&self.text[capture.clone()], &self.text[at.clone()]);
        let second = tail.find('{').filter(|brace| !tail[*brace..].starts_with("{{"));
        let help = match second {
            Some(brace) => {
                let between = at.start..at.start + brace;
                format!("write `{}`, or capture both as one and split the value", with(self.text, &between, "/"))
            }
            None => format!("write `{}`, and take `{tail}` off the value", with(self.text, &at, "")),
        };
        let what = format!("nothing can follow `{written}` in its segment");
        self.flaws.push(Flaw::new(at.clone(), what, "a capture takes everything up to the next `/`", help));
    }

    /// Reports catch-alls that something follows.
    fn places(&mut self, found: &[Segment]) {
        for segment in found {
            let Segment::Rest { name, at, .. } = segment else { continue };
            // A tail in the segment itself has been reported already.
            if self.text[at.end..].starts_with('/') {
                let what = format!("`{{*{name}}}` must be the last segment of a path");
                let help = format!(
                    "write `{}`, or end the path with `{{*{name}}}`",
                    with(self.text, at, &format!("{{{name}}}"))
                );
                self.flaws.push(Flaw::new(at.clone(), what, "it takes the rest of the path", help));
            }
        }
    }

    /// Reports names that stand twice, and captures beyond the limit.
    fn names(&mut self, found: &[Segment]) {
        let mut seen: Vec<&str> = Vec::new();
        for segment in found {
            let (Segment::Capture { name, at, .. } | Segment::Rest { name, at, .. }) = segment else { continue };
            if seen.contains(&name.as_str()) {
                let help = format!("name them apart, as `{{{name}}}` and `{{other_{name}}}`");
                let why = "each capture lands in an argument of its own";
                self.flaws.push(Flaw::new(at.clone(), format!("`{name}` is captured twice"), why, help));
            }
            seen.push(name);
            if seen.len() == MOST_CAPTURES + 1 {
                let what = format!("a path has at most {MOST_CAPTURES} captures");
                self.flaws.push(Flaw::new(at.clone(), what, "", "capture the rest of the path as one: `{*path}`"));
            }
        }
    }
}

/// The letters that `text` begins with, or `usual` when they name nothing.
fn word<'t>(text: &'t str, usual: &'t str) -> &'t str {
    let text = text.trim_start_matches(|c: char| c == '*' || c.is_whitespace());
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
    if identifier(&text[..end]) { &text[..end] } else { usual }
}
