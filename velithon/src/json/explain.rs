//! Why a document was refused, and where: asked only once it has been.
//!
//! serde_json reads it again, first for its syntax alone, so that a type error before a missing bracket is reported as
//! the malformed document it is; then for the type, with the path of the value followed along.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::pointer;

/// Why a JSON text is not the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no JSON text (RFC 8259).
    Syntax {
        /// The line of the place, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// The value the place stands in (RFC 6901).
        pointer: String,
        /// What was found or missed there.
        detail: String,
    },
    /// It is nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Depth {
        /// The line of the first bracket too many, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// The value that bracket stands in.
        pointer: String,
    },
    /// It is JSON, but not of the type.
    Shape {
        /// The value that does not fit, or that is missing (RFC 6901).
        pointer: String,
        /// What was expected there.
        detail: String,
        /// `missing`, `unknown`, `duplicate`, `type`, `value`, `length` or `invalid`.
        code: &'static str,
    },
}

pub(super) fn too_deep(json: &[u8], offset: usize) -> Refusal {
    let (line, column) = line_and_column(json, offset);
    Refusal::Depth { line, column, pointer: pointer::at(json, offset) }
}

/// Reads what sonic-rs refused; where the two disagree, serde_json is right.
pub(super) fn read_again<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    if let Err(error) = std::str::from_utf8(json) {
        return Err(syntax_at(json, error.valid_up_to(), "invalid UTF-8".into()));
    }
    well_formed(json)?;
    typed(json)
}

fn well_formed(json: &[u8]) -> Result<(), Refusal> {
    serde_json::from_slice::<IgnoredAny>(json).map(drop).map_err(|error| syntax(json, &error))
}

fn typed<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    // The depth has been measured; serde_json's own limit is one level less.
    reader.disable_recursion_limit();
    match serde_path_to_error::deserialize(&mut reader) {
        Ok(value) => ended(&mut reader, json).map(|()| value),
        Err(error) => Err(misread(json, &error)),
    }
}

type Reader<'a> = serde_json::Deserializer<serde_json::de::SliceRead<'a>>;

fn ended(reader: &mut Reader<'_>, json: &[u8]) -> Result<(), Refusal> {
    reader.end().map_err(|error| syntax(json, &error))
}

fn misread(json: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let place = pointer::of_path(error.path());
    match error.inner().classify() {
        Category::Data => shape(place, error.inner()),
        _ => syntax(json, error.inner()),
    }
}

fn syntax(json: &[u8], error: &serde_json::Error) -> Refusal {
    syntax_at(json, offset_of(json, error), message(error))
}

fn syntax_at(json: &[u8], offset: usize, detail: String) -> Refusal {
    let (line, column) = line_and_column(json, offset);
    Refusal::Syntax { line, column, pointer: pointer::at(json, offset), detail }
}

fn shape(mut pointer: String, error: &serde_json::Error) -> Refusal {
    let detail = message(error);
    let code = code(&detail);
    // serde reports these at the object; the reader wants the member.
    if let ("missing" | "duplicate", Some(field)) = (code, quoted(&detail)) {
        pointer::push_token(&mut pointer, field);
    }
    Refusal::Shape { pointer, detail: without_type_names(detail), code }
}

/// serde's own kinds of error (`serde::de::Error`), by the words each begins with.
fn code(detail: &str) -> &'static str {
    const KINDS: [(&str, &str); 7] = [
        ("missing field", "missing"),
        ("unknown field", "unknown"),
        ("unknown variant", "value"),
        ("duplicate field", "duplicate"),
        ("invalid type", "type"),
        ("invalid value", "value"),
        ("invalid length", "length"),
    ];
    KINDS.iter().find(|(start, _)| detail.starts_with(start)).map_or("invalid", |(_, code)| code)
}

/// The name between the first pair of backticks.
fn quoted(detail: &str) -> Option<&str> {
    detail.split('`').nth(1)
}

/// `expected struct NewUser` as `expected an object`: the names of our types are no business of a client.
fn without_type_names(detail: String) -> String {
    const NAMED: [(&str, &str); 9] = [
        ("struct variant ", "an object"),
        ("tuple variant ", "an array"),
        ("newtype variant ", "a value"),
        ("unit variant ", "no value"),
        ("tuple struct ", "an array"),
        ("unit struct ", "null"),
        ("struct ", "an object"),
        ("internally tagged enum ", "an object"),
        ("enum ", "a variant"),
    ];
    let Some((found, expected)) = detail.rsplit_once("expected ") else { return detail };
    match NAMED.iter().find(|(kind, _)| expected.starts_with(kind)) {
        Some((_, plain)) => format!("{found}expected {plain}"),
        None => detail,
    }
}

/// serde_json's sentence without the place it appends.
fn message(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    if let Some(place) = text.rfind(" at line ") {
        text.truncate(place);
    }
    text
}

/// serde_json counts bytes in the line, the last one read included.
fn offset_of(json: &[u8], error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', json).nth(line - 2).map_or(json.len(), |newline| newline + 1),
    };
    (line_start + error.column().saturating_sub(1)).min(json.len())
}

fn line_and_column(json: &[u8], offset: usize) -> (usize, usize) {
    let before = &json[..offset];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::from_slice;
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only refused here")]
    struct Order {
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only refused here")]
    struct Item {
        name: String,
        count: u8,
        #[serde(default)]
        kind: Kind,
    }

    #[derive(Debug, Default, Deserialize)]
    enum Kind {
        #[default]
        Plain,
        Sized {
            #[expect(dead_code, reason = "only refused here")]
            size: u8,
        },
    }

    #[track_caller]
    fn shape_of(json: &str) -> (String, String, &'static str) {
        match from_slice::<Order>(json.as_bytes()) {
            Err(Refusal::Shape { pointer, detail, code }) => (pointer, detail, code),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn syntax_of(json: &[u8]) -> (usize, usize, String, String) {
        match from_slice::<Order>(json) {
            Err(Refusal::Syntax { line, column, pointer, detail }) => (line, column, pointer, detail),
            other => panic!("{other:?}"),
        }
    }

    fn owned(pointer: &str, detail: &str, code: &'static str) -> (String, String, &'static str) {
        (pointer.into(), detail.into(), code)
    }

    #[test]
    fn a_missing_field_is_pointed_at_by_its_own_name() {
        assert_eq!(
            shape_of(r#"{"items": [{"name": "a", "count": 1}, {"name": "b"}]}"#),
            owned("/items/1/count", "missing field `count`", "missing")
        );
    }

    #[test]
    fn a_wrong_type_is_pointed_at() {
        assert_eq!(
            shape_of(r#"{"items": [{"name": 7, "count": 1}]}"#),
            owned("/items/0/name", "invalid type: integer `7`, expected a string", "type")
        );
    }

    #[test]
    fn a_value_out_of_range_is_pointed_at() {
        assert_eq!(
            shape_of(r#"{"items": [{"name": "", "count": 300}]}"#),
            owned("/items/0/count", "invalid value: integer `300`, expected u8", "value")
        );
    }

    #[test]
    fn an_unknown_field_is_pointed_at() {
        assert_eq!(
            shape_of(r#"{"items": [], "itms": []}"#),
            owned("/itms", "unknown field `itms`, expected `items`", "unknown")
        );
    }

    #[test]
    fn a_doubled_field_is_pointed_at() {
        assert_eq!(shape_of(r#"{"items": [], "items": []}"#), owned("/items", "duplicate field `items`", "duplicate"));
    }

    #[test]
    fn an_unknown_variant_is_pointed_at() {
        assert_eq!(
            shape_of(r#"{"items": [{"name": "", "count": 1, "kind": "Huge"}]}"#),
            owned("/items/0/kind", "unknown variant `Huge`, expected `Plain` or `Sized`", "value")
        );
    }

    #[test]
    fn a_fault_inside_a_variant_is_pointed_at() {
        assert_eq!(
            shape_of(r#"{"items": [{"name": "", "count": 1, "kind": {"Sized": {"size": "x"}}}]}"#),
            owned("/items/0/kind/Sized/size", r#"invalid type: string "x", expected u8"#, "type")
        );
    }

    #[test]
    fn the_name_of_a_type_is_not_told() {
        assert_eq!(shape_of("null"), owned("", "invalid type: null, expected an object", "type"));
    }

    #[test]
    fn a_syntax_fault_after_a_type_fault_wins() {
        let (line, column, pointer, _) = syntax_of(b"{\"items\": 7,\n  \"x\": ]}");
        assert_eq!((line, column, pointer.as_str()), (2, 8, "/x"));
    }

    #[test]
    fn a_column_counts_characters() {
        let (line, column, pointer, detail) = syntax_of("{\"é\": x}".as_bytes());
        assert_eq!((line, column, pointer.as_str(), detail.as_str()), (1, 7, "/é", "expected value"));
    }

    #[test]
    fn the_end_of_the_text_is_a_place() {
        let (line, column, pointer, detail) = syntax_of(b"{\"items\": [\n");
        assert_eq!((line, pointer.as_str(), detail.as_str()), (2, "/items/0", "EOF while parsing a list"));
        assert_eq!(column, 1);
    }

    #[test]
    fn an_empty_body_is_no_document() {
        assert_eq!(syntax_of(b"").3, "EOF while parsing a value");
    }

    #[test]
    fn trailing_characters_are_refused() {
        assert_eq!(syntax_of(b"{\"items\": []} x").3, "trailing characters");
    }

    #[test]
    fn invalid_utf8_is_refused_where_it_stands() {
        let (line, column, pointer, detail) = syntax_of(b"{\"items\": [], \"x\": \"\xff\"}");
        assert_eq!((line, column, pointer.as_str(), detail.as_str()), (1, 21, "/x", "invalid UTF-8"));
    }

    #[test]
    fn a_depth_bomb_is_refused_by_its_first_bracket_too_many() {
        let bomb = "[".repeat(100_000);
        let Err(Refusal::Depth { line, column, .. }) = from_slice::<IgnoredAny>(bomb.as_bytes()) else {
            panic!("accepted")
        };
        assert_eq!((line, column), (1, 129));
    }
}
