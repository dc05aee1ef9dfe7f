//! One look at a document before anything reads it: how deep it is nested, and whether sonic-rs would read it differently
//! from serde_json.
//!
//! sonic-rs stops at 255 levels of its own and skips unread values without counting; measuring first gives one limit for
//! every type. It also reads a negative zero as a positive one, and does not check the digits of `\u` in a string that
//! nobody reads; both were found by the differential test, are rare, and can be seen in the text alone.
//!
//! The text is taken in blocks of 64 bytes, as simdjson does: each kind of byte becomes a mask, and what stands inside
//! strings is found by arithmetic on masks, without a branch per byte. Nothing is allocated.

use memchr::memmem;
use wide::u8x16;

/// How many arrays and objects may enclose each other in one document.
pub const MAX_DEPTH: usize = 128;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// sonic-rs reads it as serde_json does.
    Plain,
    /// It may not: a false alarm costs time, nothing else.
    Quirky,
    /// The offset of the bracket that opens one level too many.
    TooDeep(usize),
}

/// Looks at a document. A malformed one gives some answer: its reader refuses it anyway.
pub(super) fn scan(json: &[u8]) -> Scan {
    let (blocks, rest) = json.as_chunks::<64>();
    let mut last = [b' '; 64];
    last[..rest.len()].copy_from_slice(rest);
    let mut state = State::default();
    let mut quirky = false;
    for (number, block) in blocks.iter().chain([&last]).enumerate() {
        let begin = number * 64;
        if let Some(offset) = state.take(block) {
            return Scan::TooDeep(begin + offset);
        }
        quirky |= state.minus_zero != 0 && has_zero(json, begin, state.minus_zero);
    }
    if quirky || state.backslash && has_bad_escape(json) { Scan::Quirky } else { Scan::Plain }
}

/// What a block leaves for the next.
#[derive(Default)]
struct State {
    depth: usize,
    /// All ones inside a string.
    in_string: u64,
    /// Whether the first byte is escaped by the last backslash.
    escaped: u64,
    /// Whether the last byte was a minus outside of strings.
    minus: u64,
    /// The zeros of this block that stand behind a minus.
    minus_zero: u64,
    /// Whether any block had a backslash.
    backslash: bool,
}

impl State {
    /// Takes a block; the offset in it of a bracket that opens one level too many.
    #[inline(always)]
    fn take(&mut self, block: &[u8; 64]) -> Option<usize> {
        let masks = Masks::of(block);
        let quotes = masks.quote & !self.escaped(masks.backslash);
        let inside = prefix_xor(quotes) ^ self.in_string;
        self.in_string = ((inside as i64) >> 63) as u64;
        let minus = masks.minus & !inside;
        let behind_minus = minus << 1 | self.minus;
        self.minus_zero = if behind_minus == 0 { 0 } else { behind_minus & mask(block, b'0') };
        self.minus = minus >> 63;
        self.nest(masks.open & !inside, masks.close & !inside)
    }

    /// Which bytes are escaped by a backslash before them.
    #[inline(always)]
    fn escaped(&mut self, backslash: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        self.backslash = true;
        // Of a run of backslashes every second one is escaped itself: a carry through the run tells how long it is.
        let backslash = backslash & !self.escaped;
        let behind = backslash << 1 | self.escaped;
        let odd_starts = backslash & !EVEN & !behind;
        let (carried, overflow) = odd_starts.overflowing_add(backslash);
        self.escaped = overflow.into();
        (EVEN ^ (carried << 1)) & behind
    }

    #[inline(always)]
    fn nest(&mut self, open: u64, close: u64) -> Option<usize> {
        if self.depth + open.count_ones() as usize > MAX_DEPTH {
            return self.nest_one_by_one(open, close);
        }
        self.depth = (self.depth + open.count_ones() as usize).saturating_sub(close.count_ones() as usize);
        None
    }

    #[cold]
    fn nest_one_by_one(&mut self, open: u64, close: u64) -> Option<usize> {
        let mut brackets = open | close;
        while brackets != 0 {
            let offset = brackets.trailing_zeros();
            match (open >> offset & 1 == 1, self.depth) {
                (true, MAX_DEPTH) => return Some(offset as usize),
                (true, _) => self.depth += 1,
                (false, _) => self.depth = self.depth.saturating_sub(1),
            }
            brackets &= brackets - 1;
        }
        None
    }
}

/// A bit for each byte of a block, set where the byte is of the kind.
struct Masks {
    quote: u64,
    backslash: u64,
    open: u64,
    close: u64,
    minus: u64,
}

impl Masks {
    #[inline(always)]
    fn of(block: &[u8; 64]) -> Self {
        let (vectors, _) = block.as_chunks::<16>();
        let mut masks = Self { quote: 0, backslash: 0, open: 0, close: 0, minus: 0 };
        for (number, vector) in vectors.iter().enumerate() {
            let vector = u8x16::new(*vector);
            let at = number * 16;
            // `[` and `{`, `]` and `}` differ in one bit, and no other byte becomes one of them by it.
            let bracket = vector | u8x16::splat(0x20);
            masks.quote |= equal(vector, b'"') << at;
            masks.backslash |= equal(vector, b'\\') << at;
            masks.open |= equal(bracket, b'{') << at;
            masks.close |= equal(bracket, b'}') << at;
            masks.minus |= equal(vector, b'-') << at;
        }
        masks
    }
}

/// A bit for each byte of a block, set where it is this one.
fn mask(block: &[u8; 64], byte: u8) -> u64 {
    let (vectors, _) = block.as_chunks::<16>();
    vectors
        .iter()
        .enumerate()
        .fold(0, |mask, (number, vector)| mask | equal(u8x16::new(*vector), byte) << (number * 16))
}

/// A bit for each of sixteen bytes, set where it is this one.
#[inline(always)]
fn equal(vector: u8x16, byte: u8) -> u64 {
    vector.simd_eq(u8x16::splat(byte)).to_bitmask().into()
}

/// Every bit becomes the parity of itself and those below: ones from an opening quote up to the closing one.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// Whether a number that begins at one of these zeros is nothing but zeros.
#[cold]
fn has_zero(json: &[u8], begin: usize, mut zeros: u64) -> bool {
    while zeros != 0 {
        let at = begin + zeros.trailing_zeros() as usize;
        if json.get(at..).is_some_and(is_zero) {
            return true;
        }
        zeros &= zeros - 1;
    }
    false
}

/// Whether the mantissa that begins here has only zeros; the exponent changes nothing.
fn is_zero(mantissa: &[u8]) -> bool {
    let end = mantissa.iter().find(|byte| !matches!(byte, b'0' | b'.'));
    end.is_none_or(|byte| !byte.is_ascii_digit())
}

fn has_bad_escape(json: &[u8]) -> bool {
    memmem::find_iter(json, b"\\u").any(|at| {
        let digits = json.get(at + 2..at + 6);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
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
    use proptest::prelude::*;

    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        ["[".repeat(levels), "]".repeat(levels)].concat().into_bytes()
    }

    #[test]
    fn the_limit_is_reached_but_not_passed() {
        assert_eq!(scan(&nested(MAX_DEPTH)), Scan::Plain);
        assert_eq!(scan(&nested(MAX_DEPTH + 1)), Scan::TooDeep(MAX_DEPTH));
        let behind = [b"[{},[],-0,", &nested(MAX_DEPTH)[..]].concat();
        assert_eq!(scan(&behind), Scan::TooDeep(10 + MAX_DEPTH - 1));
    }

    #[test]
    fn many_shallow_arrays_are_not_deep() {
        assert_eq!(scan(format!("[{}[]]", "[],".repeat(1000)).as_bytes()), Scan::Plain);
        assert_eq!(scan(format!("[{}[]]", "{\"a\":[[[1]]]},".repeat(1000)).as_bytes()), Scan::Plain);
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        let text = format!(r#"["{}", "\"{}", "\\"]"#, "[".repeat(500), "{".repeat(500));
        assert_eq!(scan(text.as_bytes()), Scan::Plain);
    }

    #[test]
    fn brackets_after_an_escaped_quote_count_again() {
        let text = format!(r#"["\\", {}"#, "[".repeat(MAX_DEPTH));
        assert_eq!(scan(text.as_bytes()), Scan::TooDeep(7 + MAX_DEPTH - 1));
    }

    #[test]
    fn an_unfinished_string_ends_the_measure() {
        assert_eq!(scan(format!("\"\\{}", "[".repeat(500)).as_bytes()), Scan::Plain);
    }

    #[test]
    fn ordinary_documents_are_plain() {
        for text in [r#"{"day": "2024-01-05", "at": [-0.5, -10, 0]}"#, r#"["\u00e9", "a-0b", "-0"]"#, ""] {
            assert_eq!(scan(text.as_bytes()), Scan::Plain, "{text}");
        }
    }

    #[test]
    fn a_negative_zero_is_seen() {
        for text in ["-0", "[-0.0]", "[1,-0e7]", "{\"a\":-0}", "-0.000"] {
            for padding in 0..130 {
                let text = [" ".repeat(padding), text.into()].concat();
                assert_eq!(scan(text.as_bytes()), Scan::Quirky, "{text}");
            }
        }
    }

    #[test]
    fn an_escape_without_four_digits_is_seen() {
        for text in [r#""\u12""#, r#""\uD}83""#, r"\u"] {
            assert_eq!(scan(text.as_bytes()), Scan::Quirky, "{text}");
        }
    }

    /// The bracket that is one too many, found byte by byte.
    fn too_deep(json: &[u8]) -> Option<usize> {
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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_masks_find_what_a_walk_finds(
            pieces in prop::collection::vec(prop::sample::select(vec!["[", "{", "[[[[", "]", "\"", "\"\"", "\"[", "]\"", "x", "\\\\"]), 0..900),
        ) {
            let mut text = pieces.concat();
            // A backslash stands inside strings only; elsewhere the two may differ, and the reader refuses the text.
            if !well_formed_strings(&text) {
                text = text.replace('\\', "");
            }
            let found = match scan(text.as_bytes()) {
                Scan::TooDeep(offset) => Some(offset),
                _ => None,
            };
            // Brackets that close nothing end the comparison: the text is malformed.
            if never_below_zero(text.as_bytes()) {
                prop_assert_eq!(found, too_deep(text.as_bytes()));
            }
        }
    }

    fn well_formed_strings(text: &str) -> bool {
        let mut inside = false;
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => inside = !inside,
                b'\\' if !inside => return false,
                b'\\' => drop(bytes.next()),
                _ => {}
            }
        }
        true
    }

    fn never_below_zero(json: &[u8]) -> bool {
        let (mut depth, mut inside, mut escaped) = (0i64, false, false);
        json.iter().all(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => inside = !inside,
                b'[' | b'{' if !inside => depth += 1,
                b']' | b'}' if !inside => depth -= 1,
                _ => {}
            }
            depth >= 0
        })
    }
}
