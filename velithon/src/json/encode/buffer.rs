//! The text that a value is being written to, and the failure that made it worthless.
//!
//! A [`ToJson`](super::ToJson) writes and returns nothing: what can fail leaves its reason here, and whoever owns the
//! buffer asks once, at the end. So a field costs no `Result`.
//!
//! What is short goes through [`Buffer::fill`]: a block of fixed size is appended, written over as whole words, and cut
//! to the size that counts, which is cheaper than copies of lengths found at run time. Escaping is `text`'s, numbers
//! are `number`'s.

use super::EncodeError;

/// So many elements of a list tell how large the others are.
pub(super) const SAMPLE: usize = 16;

/// The most memory that is asked for before there is something to write there: 64 MiB.
const AHEAD: usize = 64 << 20;

/// JSON text that is being written.
///
/// It is a [`serde::Serializer`] too, as `&mut Buffer`: `value.serialize(&mut *to)` writes what serde_json would.
#[derive(Debug, Default)]
pub struct Buffer {
    pub(super) bytes: Vec<u8>,
    failure: Option<EncodeError>,
}

impl Buffer {
    /// A buffer in the memory of an earlier one, whose text is dropped.
    pub(crate) fn over(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes, failure: None }
    }

    /// The text, or why there is none.
    pub(crate) fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.bytes),
        }
    }

    /// How many bytes have been written.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes text that is JSON already: braces, commas, keys with their quotes.
    #[inline(always)]
    pub fn fragment(&mut self, text: &'static str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes text that is JSON already and was made earlier.
    pub(crate) fn verbatim(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
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

    /// Appends the start of a block that `write` fills; it returns how many bytes count.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(super) fn fill<const N: usize>(&mut self, write: impl FnOnce(&mut [u8; N]) -> usize) {
        self.bytes.reserve(N);
        let Some(free) = self.bytes.spare_capacity_mut().first_chunk_mut::<N>() else { return };
        if let Some(block) = free.write_copy_of_slice(&[0; N]).first_chunk_mut() {
            let size = write(block).min(N);
            // SAFETY: all N bytes behind the text are initialised, and `size` is no more than N.
            unsafe { self.bytes.set_len(self.bytes.len() + size) };
        }
    }

    /// Makes room for `more` elements, an eighth larger than the [`SAMPLE`] that were written from `begun` on.
    ///
    /// A long list is moved once, not each time that the memory is doubled. At most [`AHEAD`]: the first elements may be
    /// the largest.
    pub(super) fn expect(&mut self, begun: usize, more: usize) {
        let each = (self.len() - begun) / SAMPLE + 1;
        self.bytes.reserve(more.saturating_mul(each + each / 8).min(AHEAD));
    }

    /// Makes room for so many bytes, at most [`AHEAD`].
    pub(crate) fn room(&mut self, bytes: usize) {
        self.bytes.reserve(bytes.min(AHEAD));
    }

    /// The last byte that was written.
    pub(super) fn last(&self) -> Option<u8> {
        self.bytes.last().copied()
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
