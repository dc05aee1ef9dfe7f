//! Numbers, straight into the buffer.
//!
//! Eight decimal digits are made at once in one word and stored as such; the zeros before the first digit are shifted
//! out, so there is no loop and no copy of unknown length. Floats are zmij's, the printer that serde_json uses.

use super::buffer::Buffer;

const E8: u64 = 100_000_000;
const E16: u64 = E8 * E8;
const ASCII: u64 = 0x3030_3030_3030_3030;

/// The digits of `n`, below 10^8, one in each byte, the first in the lowest.
#[inline(always)]
fn eight(n: u64) -> u64 {
    let halves = (n / 10_000) | ((n % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = ((halves - 100 * hundreds) << 16) + hundreds;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens + ((pairs - 10 * tens) << 8)
}

impl Buffer {
    #[inline(always)]
    fn head(&mut self, n: u64) {
        let digits = eight(n);
        // A zero is one digit: the last byte counts whatever it holds.
        let zeros = (digits | 1 << 56).trailing_zeros() / 8;
        *self.room() = ((digits + ASCII) >> (zeros * 8)).to_le_bytes();
        self.at += 8 - zeros as usize;
    }

    #[inline(always)]
    fn tail(&mut self, n: u64) {
        *self.room() = (eight(n) + ASCII).to_le_bytes();
        self.at += 8;
    }

    /// An unsigned number.
    #[inline]
    pub(super) fn unsigned(&mut self, n: u64) {
        if n < E8 { self.head(n) } else { self.long(n) }
    }

    #[inline(never)]
    fn long(&mut self, n: u64) {
        if n < E16 {
            self.head(n / E8);
        } else {
            self.head(n / E16);
            self.tail(n / E8 % E8);
        }
        self.tail(n % E8);
    }

    /// A signed number.
    #[inline]
    pub(super) fn signed(&mut self, n: i64) {
        if n < 0 {
            self.fragment("-");
        }
        self.unsigned(n.unsigned_abs());
    }

    pub(super) fn wide_unsigned(&mut self, n: u128) {
        match u64::try_from(n) {
            Ok(n) => self.unsigned(n),
            Err(_) => {
                self.wide_unsigned(n / u128::from(E8));
                self.tail((n % u128::from(E8)) as u64);
            }
        }
    }

    pub(super) fn wide_signed(&mut self, n: i128) {
        if n < 0 {
            self.fragment("-");
        }
        self.wide_unsigned(n.unsigned_abs());
    }

    /// A float; one that is not finite is `null`.
    #[inline]
    pub(super) fn float<F: Float>(&mut self, n: F) {
        if n.finite() {
            self.short(zmij::Buffer::new().format_finite(n).as_bytes());
        } else {
            self.fragment("null");
        }
    }
}

/// The two floats.
pub(super) trait Float: zmij::Float {
    fn finite(self) -> bool;
}

impl Float for f32 {
    #[inline]
    fn finite(self) -> bool {
        self.is_finite()
    }
}

impl Float for f64 {
    #[inline]
    fn finite(self) -> bool {
        self.is_finite()
    }
}
