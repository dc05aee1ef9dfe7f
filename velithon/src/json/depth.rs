//! Measures how deep a document is nested, before anything recursive looks at it.
//!
//! sonic-rs stops at 255 levels of its own and skips unread values without counting; one linear pass that knows
//! strings, and allocates nothing, gives one limit for every type.

/// How many arrays and objects may enclose each other in one document.
pub const MAX_DEPTH: usize = 128;

/// The offset of the bracket that opens one level too many, if there is one.
///
/// Brackets inside strings do not count. A malformed document gives some answer: its reader refuses it anyway.
pub(super) fn too_deep(json: &[u8]) -> Option<usize> {
    if brackets(json) <= MAX_DEPTH {
        return None;
    }
    let (mut depth, mut at) = (0usize, 0usize);
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = string_end(json, at)?,
            b'[' | b'{' if depth == MAX_DEPTH => return Some(at),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The opening brackets, those in strings included: most documents have too few to be deep.
fn brackets(json: &[u8]) -> usize {
    // `[` and `{` are 0x5b and 0x7b, and no other byte gives 0x7b with that bit set. Counted in bytes as far as a byte
    // can count, this compiles to vector code that looks at sixteen at once; counted in words, at two.
    let part = |bytes: &[u8]| usize::from(bytes.iter().map(|&byte| u8::from(byte | 0x20 == b'{')).sum::<u8>());
    json.chunks(usize::from(u8::MAX)).map(part).sum()
}

/// The offset of the quote that ends the string opened at `open`.
pub(super) fn string_end(json: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        ["[".repeat(levels), "]".repeat(levels)].concat().into_bytes()
    }

    #[test]
    fn the_limit_is_reached_but_not_passed() {
        assert_eq!(too_deep(&nested(MAX_DEPTH)), None);
        assert_eq!(too_deep(&nested(MAX_DEPTH + 1)), Some(MAX_DEPTH));
    }

    #[test]
    fn many_shallow_arrays_are_not_deep() {
        assert_eq!(too_deep(format!("[{}[]]", "[],".repeat(1000)).as_bytes()), None);
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        let text = format!(r#"["{}", "\"{}", "\\"]"#, "[".repeat(500), "{".repeat(500));
        assert_eq!(too_deep(text.as_bytes()), None);
    }

    #[test]
    fn brackets_after_an_escaped_quote_count_again() {
        let text = format!(r#"["\\", {}"#, "[".repeat(MAX_DEPTH));
        assert_eq!(too_deep(text.as_bytes()), Some(7 + MAX_DEPTH - 1));
    }

    #[test]
    fn an_unfinished_string_ends_the_measure() {
        assert_eq!(too_deep(format!("\"\\{}", "[".repeat(500)).as_bytes()), None);
        assert_eq!(too_deep(format!("{}\"\\", "[".repeat(500)).as_bytes()), Some(MAX_DEPTH));
    }
}
