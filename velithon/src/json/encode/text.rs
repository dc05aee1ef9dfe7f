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
/// Bytes after the first may be marked though they are none: a borrow runs upward.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below_space = word.wrapping_sub(ONES * 0x20);
    let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (below_space | quote | backslash) & !word & (ONES * 0x80)
}

/// Whether one of sixteen bytes is special; this compiles to vector code.
#[inline(always)]
fn any_special(bytes: &[u8; 16]) -> bool {
    bytes.iter().fold(0, |any, &byte| any | u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\')) != 0
}

/// Copies `from`, and tells whether all of it may stand in a string as it is.
#[inline(always)]
fn copied_plain(from: &[u8], to: &mut [u8]) -> bool {
    if from.len() >= 16 { long_plain(from, to) } else { short_plain(from, to) }
}

#[inline(always)]
fn long_plain(from: &[u8], to: &mut [u8]) -> bool {
    let (blocks, _) = from.as_chunks::<16>();
    let (places, _) = to.as_chunks_mut::<16>();
    for (block, place) in blocks.iter().zip(places) {
        *place = *block;
        if any_special(block) {
            return false;
        }
    }
    // The last block overlaps the one before.
    match (from.last_chunk::<16>(), to.last_chunk_mut::<16>()) {
        (Some(block), Some(place)) => {
            *place = *block;
            !any_special(block)
        }
        _ => false,
    }
}

#[inline(always)]
fn short_plain(from: &[u8], to: &mut [u8]) -> bool {
    if let (Some(first), Some(last)) = (from.first_chunk::<8>(), from.last_chunk::<8>()) {
        place(to, first, last);
        return special(u64::from_le_bytes(*first)) | special(u64::from_le_bytes(*last)) == 0;
    }
    if let (Some(first), Some(last)) = (from.first_chunk::<4>(), from.last_chunk::<4>()) {
        place(to, first, last);
        let both = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        return special(both) == 0;
    }
    to.iter_mut().zip(from).all(|(to, from)| {
        *to = *from;
        ESCAPES[usize::from(*from)] == 0
    })
}

/// Stores the two ends of a text, which may overlap.
#[inline(always)]
fn place<const N: usize>(to: &mut [u8], first: &[u8; N], last: &[u8; N]) {
    if let Some(to) = to.first_chunk_mut() {
        *to = *first;
    }
    if let Some(to) = to.last_chunk_mut() {
        *to = *last;
    }
}

impl Buffer {
    /// A string with its quotes.
    #[inline]
    pub(super) fn string(&mut self, text: &str) {
        let size = text.len() + 2;
        self.reserve(size);
        if let [open, content @ .., close] = &mut self.bytes[self.at..self.at + size] {
            *open = b'"';
            *close = b'"';
            if copied_plain(text.as_bytes(), content) {
                self.at += size;
                return;
            }
        }
        self.fragment("\"");
        self.escaped(text);
        self.fragment("\"");
    }

    /// The content of a string, escaped where it must be.
    #[inline(never)]
    pub(super) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            let found = special(u64::from_le_bytes(*word));
            *self.room() = *word;
            if found == 0 {
                self.at += 8;
                rest = after;
            } else {
                let plain = (found.trailing_zeros() / 8) as usize;
                self.at += plain;
                self.escape(word[plain]);
                rest = &rest[plain + 1..];
            }
        }
        for &byte in rest {
            self.escape(byte);
        }
    }

    #[inline]
    fn escape(&mut self, byte: u8) {
        let (text, size) = match ESCAPES[usize::from(byte)] {
            0 => ([byte, 0, 0, 0, 0, 0], 1),
            b'u' => {
                let digit = |half: u8| HEX[usize::from(half & 15)];
                ([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)], 6)
            }
            letter => ([b'\\', letter, 0, 0, 0, 0], 2),
        };
        *self.room() = text;
        self.at += size;
    }

    /// At most 24 bytes that need no escape.
    #[inline(always)]
    pub(super) fn short(&mut self, text: &[u8]) {
        let size = text.len();
        let room: &mut [u8; 24] = self.room();
        if let (Some(first), Some(last)) = (text.first_chunk::<16>(), text.last_chunk::<8>()) {
            place(&mut room[..16], first, first);
            room[size - 8..size].copy_from_slice(last);
        } else if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            place(&mut room[..size], first, last);
        } else if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            place(&mut room[..size], first, last);
        } else {
            room[..size].copy_from_slice(text);
        }
        self.at += size;
    }
}
