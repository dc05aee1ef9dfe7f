//! JSON pointers (RFC 6901): built from the path of a wrong value, or from an offset in a malformed text.

use super::scan::string_end;

/// Appends one reference token, with `~` and `/` escaped (RFC 6901, section 3).
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// The pointer of a value that serde was reading.
pub(super) fn of_path(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_token(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_token(&mut pointer, key),
            // An externally tagged variant is the key of an object of one member.
            Segment::Enum { variant } => push_token(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    pointer
}

/// What encloses an offset.
enum Level<'a> {
    Array { index: usize },
    Object { key: Option<&'a [u8]> },
}

/// The pointer of the value in which `offset` stands, as far as the text before it can be read.
pub(super) fn at(json: &[u8], offset: usize) -> String {
    let mut levels = Vec::new();
    let mut here = 0;
    while here < offset.min(json.len()) {
        match json[here] {
            b'[' => levels.push(Level::Array { index: 0 }),
            b'{' => levels.push(Level::Object { key: None }),
            b']' | b'}' => drop(levels.pop()),
            b',' => levels.last_mut().into_iter().for_each(Level::step),
            b'"' => {
                let Some(end) = string_end(json, here).filter(|end| *end < offset) else { break };
                levels.last_mut().into_iter().for_each(|level| level.name(&json[here..=end]));
                here = end;
            }
            _ => {}
        }
        here += 1;
    }
    written(&levels)
}

impl<'a> Level<'a> {
    /// A comma: the next element, or a member whose key is still to come.
    fn step(&mut self) {
        match self {
            Self::Array { index } => *index += 1,
            Self::Object { key } => *key = None,
        }
    }

    /// A string: the key of its member when that has none yet.
    fn name(&mut self, quoted: &'a [u8]) {
        if let Self::Object { key: key @ None } = self {
            *key = Some(quoted);
        }
    }
}

fn written(levels: &[Level<'_>]) -> String {
    let mut pointer = String::new();
    for level in levels {
        match level {
            Level::Array { index } => push_token(&mut pointer, &index.to_string()),
            Level::Object { key: Some(quoted) } => push_token(&mut pointer, &unquoted(quoted)),
            // The key itself is what is malformed: the pointer ends at its object.
            Level::Object { key: None } => {}
        }
    }
    pointer
}

fn unquoted(quoted: &[u8]) -> String {
    serde_json::from_slice(quoted)
        .unwrap_or_else(|_| String::from_utf8_lossy(&quoted[1..quoted.len() - 1]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, pointer: &str) {
        let offset = text.find('^').expect("a mark");
        assert_eq!(at(text.replace('^', "").as_bytes(), offset), pointer);
    }

    #[test]
    fn an_element_is_named_by_its_index() {
        check("[1, [2, ^x]]", "/1/1");
    }

    #[test]
    fn a_member_is_named_by_its_key() {
        check(r#"{"a": {}, "b": [{"c": ^x}]}"#, "/b/0/c");
    }

    #[test]
    fn a_malformed_key_is_placed_in_its_object() {
        check(r#"{"a": {"b": 1, ^x"#, "/a");
    }

    #[test]
    fn strings_are_no_structure() {
        check(r#"["[{,", "\",", ^x]"#, "/2");
    }

    #[test]
    fn keys_are_unescaped_and_escaped_again() {
        check(r#"{"a\/b~": ^x"#, "/a~1b~0");
    }

    #[test]
    fn a_string_that_does_not_end_is_where_the_fault_is() {
        check(r#"{"a": "x^"#, "/a");
    }

    #[test]
    fn the_whole_document_is_the_empty_pointer() {
        check("^x", "");
        check("{} ^x", "");
    }
}
