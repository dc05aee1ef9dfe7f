//! The text that a value is being written to, and the failure that made it worthless.
//!
//! A [`ToJson`](super::ToJson) writes and returns nothing: what can fail leaves its reason here, and whoever owns the
//! buffer asks once, at the end. So a field costs no `Result`.
//!
//! The memory is initialised as far as it reaches and `at` says how much of it is text: a write asks for room once,
//! then stores whole words of fixed size, which may go beyond the end of what counts. Escaping is `text`'s, numbers
//! are `number`'s.

use super::EncodeError;

/// What a buffer without memory asks for first, in bytes.
const FIRST: usize = 1024;

/// JSON text that is being written.
///
/// It is a [`serde::Serializer`] too, as `&mut Buffer`: `value.serialize(&mut *to)` writes what serde_json would.
#[derive(Debug, Default)]
pub struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) at: usize,
    failure: Option<EncodeError>,
}

impl Buffer {
    /// A buffer in the memory of an earlier one, whose text is gone.
    pub(crate) fn over(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, failure: None }
    }

    /// A buffer with room for so many bytes.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self::over(vec![0; bytes])
    }

    /// The text, or why there is none.
    pub(crate) fn text(&mut self) -> Result<&[u8], EncodeError> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(&self.bytes[..self.at]),
        }
    }

    /// The memory, for the next buffer.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }

    /// The text as a vector of its own.
    pub(crate) fn into_text(mut self) -> Vec<u8> {
        self.bytes.truncate(self.at);
        self.bytes
    }

    /// How many bytes have been written.
    pub(crate) fn len(&self) -> usize {
        self.at
    }

    /// Writes text that is JSON already: braces, commas, keys with their quotes.
    #[inline(always)]
    pub fn fragment(&mut self, text: &'static str) {
        self.bytes(text.as_bytes());
    }

    /// Keeps why the value has no JSON. The first failure counts; what is written after it is thrown away.
    #[cold]
    pub fn fail(&mut self, failure: EncodeError) {
        self.failure.get_or_insert(failure);
    }

    /// Keeps the failure of something that wrote through serde.
    #[inline]
    pub fn note(&mut self, written: Result<(), EncodeError>) {
        if let Err(failure) = written {
            self.fail(failure);
        }
    }

    /// Bytes as they are.
    #[inline(always)]
    pub(super) fn bytes(&mut self, text: &[u8]) {
        self.reserve(text.len());
        let end = self.at + text.len();
        self.bytes[self.at..end].copy_from_slice(text);
        self.at = end;
    }

    /// The next `N` bytes, of which the caller takes as many as it needs by moving `at`.
    #[inline(always)]
    pub(super) fn room<const N: usize>(&mut self) -> &mut [u8; N] {
        self.reserve(N);
        match self.bytes[self.at..].first_chunk_mut() {
            Some(room) => room,
            None => unreachable!("room was reserved"),
        }
    }

    /// Makes room for so many bytes more.
    #[inline(always)]
    pub(super) fn reserve(&mut self, more: usize) {
        if self.bytes.len().wrapping_sub(self.at) < more {
            self.grow(more);
        }
    }

    /// Doubles the memory at least. Fresh zeroed memory costs nothing where the system hands out zeroed pages.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let size = (self.at + more).max(self.bytes.len() * 2).max(FIRST);
        let mut larger = vec![0; size];
        larger[..self.at].copy_from_slice(&self.bytes[..self.at]);
        self.bytes = larger;
    }

    /// The last byte that was written.
    pub(super) fn last(&self) -> Option<u8> {
        self.at.checked_sub(1).map(|last| self.bytes[last])
    }

    /// A comma, unless an object or array has just been opened.
    ///
    /// The last byte tells: a value ends with a quote, a digit, a letter or a closing bracket.
    #[inline]
    pub fn comma(&mut self) {
        if !matches!(self.last(), Some(b'{' | b'[')) {
            self.fragment(",");
        }
    }
}
