//! Strings: copied and searched for what must be escaped in the same pass, sixteen bytes at a time.
//!
//! Nearly every string has nothing to escape; one that has is written again from its first special byte on, word by
//! word. What is escaped, and how, is what serde_json does: `"`, `\` and everything below a space.

use super::buffer::Buffer;

/// `n` for `\n` and its like, `u` for `\u00..`, 0 for a byte that stays.
static ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A set bit in the byte of the first special character, and none when there is none.
///
/// `"` is one above the control characters but for the bit 2, so one comparison finds both. Bytes after the first may
/// be marked though they are not special: a borrow runs upward.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let quote_or_below = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quote_or_below | backslash) & !word & (ONES * 0x80)
}

/// Whether a block has a special byte; this compiles to vector code.
#[inline(always)]
fn any_special(block: &[u8; 16]) -> bool {
    let mut any = false;
    for &byte in block {
        any |= (byte ^ 2) < 0x21;
        any |= byte == b'\\';
    }
    any
}

/// Whether a text of sixteen bytes or more may stand in a string as it is.
#[inline(always)]
fn is_plain(text: &[u8]) -> bool {
    // The last block overlaps the one before.
    let (blocks, _) = text.as_chunks::<16>();
    !blocks.iter().any(any_special) && !text.last_chunk().is_some_and(any_special)
}

impl Buffer {
    /// A string with its quotes.
    #[inline]
    pub(super) fn string(&mut self, text: &str) {
        match text.len() {
            0..8 => self.short_string(text),
            8..=16 => self.medium_string(text),
            _ => self.long_string(text),
        }
    }

    #[inline(never)]
    fn short_string(&mut self, text: &str) {
        let word = short_word(text.as_bytes());
        if special(word) != 0 {
            return self.special_string(text);
        }
        self.fill(|block: &mut [u8; 16]| {
            *block = (u128::from(word) << 8 | u128::from(b'"')).to_le_bytes();
            block[text.len() + 1] = b'"';
            text.len() + 2
        });
    }

    #[inline(never)]
    fn medium_string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) else { return };
        if special(u64::from_le_bytes(*first)) | special(u64::from_le_bytes(*last)) != 0 {
            return self.special_string(text);
        }
        let size = bytes.len();
        self.fill(|block: &mut [u8; 18]| {
            block[0] = b'"';
            block[1..9].copy_from_slice(first);
            block[size - 7..=size].copy_from_slice(last);
            block[size + 1] = b'"';
            size + 2
        });
    }

    #[inline(never)]
    fn long_string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if !is_plain(bytes) {
            return self.special_string(text);
        }
        self.bytes.reserve(bytes.len() + 2);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(b'"');
    }

    #[inline(never)]
    fn special_string(&mut self, text: &str) {
        self.bytes.reserve(text.len() + 16);
        self.bytes.push(b'"');
        self.escaped(text);
        self.bytes.push(b'"');
    }

    /// The content of a string, escaped where it must be.
    #[inline(never)]
    pub(super) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            let found = special(u64::from_le_bytes(*word));
            if found == 0 {
                self.bytes.extend_from_slice(word);
                rest = after;
                continue;
            }
            let plain = (found.trailing_zeros() / 8) as usize;
            self.fill(|block: &mut [u8; 16]| {
                block[..8].copy_from_slice(word);
                let (escape, size) = escape(word[plain]);
                block[plain..plain + 8].copy_from_slice(&escape);
                plain + size
            });
            rest = &rest[plain + 1..];
        }
        for &byte in rest {
            self.fill(|block| {
                let (escape, size) = escape(byte);
                *block = escape;
                size
            });
        }
    }

    /// At most 24 bytes that need no escape.
    #[inline(always)]
    pub(super) fn short(&mut self, text: &[u8]) {
        let size = text.len();
        if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<8>())
            && size <= 24
        {
            self.fill(|block: &mut [u8; 24]| {
                block[..16].copy_from_slice(first);
                block[size - 8..size].copy_from_slice(last);
                size
            });
        } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>())
            && size <= 16
        {
            self.fill(|block: &mut [u8; 16]| {
                block[..8].copy_from_slice(first);
                block[size - 8..size].copy_from_slice(last);
                size
            });
        } else {
            self.bytes.extend_from_slice(text);
        }
    }
}

/// What stands for a byte in a string.
#[inline(always)]
fn escape(byte: u8) -> ([u8; 8], usize) {
    match ESCAPES[usize::from(byte)] {
        0 => ([byte, 0, 0, 0, 0, 0, 0, 0], 1),
        b'u' => {
            let digit = |half: u8| HEX[usize::from(half & 15)];
            ([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte), 0, 0], 6)
        }
        letter => ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2),
    }
}

/// Fewer than eight bytes as a word, filled up with bytes that are not special.
#[inline(always)]
fn short_word(text: &[u8]) -> u64 {
    const FILL: u64 = 0x2020_2020_2020_2020;
    let size = text.len();
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
        // The last four bytes overlap the first; what both hold is the same.
        return first | last << (8 * (size - 4)) | FILL << 8 << (8 * (size - 1));
    }
    match *text {
        [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16 | FILL << 24,
        [a, b] => u64::from(a) | u64::from(b) << 8 | FILL << 16,
        [a] => u64::from(a) | FILL << 8,
        _ => FILL,
    }
}
