//! Numbers, straight into the buffer.
//!
//! Eight decimal digits are made at once in one word and stored as such; the zeros before the first digit are shifted
//! out, so there is no loop and no copy of unknown length. Floats are zmij's, the printer that serde_json
//! uses, but for short decimals, which are whole numbers of millionths.

use super::buffer::Buffer;

const E8: u64 = 100_000_000;
const MILLION: u64 = 1_000_000;
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
    /// A whole number.
    #[inline(always)]
    pub(super) fn integer(&mut self, n: impl Whole) {
        let (negative, size) = n.parts();
        if negative {
            self.fragment("-");
        }
        match size {
            Ok(size) if size < E8 => self.first_digits(size),
            Ok(size) => self.long(size),
            Err(size) => self.wide(size),
        }
    }

    /// The digits of a number that has at most eight.
    #[inline]
    fn first_digits(&mut self, n: u64) {
        let (digits, size) = without_zeros(n);
        self.fill(|block| {
            *block = digits;
            size
        });
    }

    #[inline(never)]
    fn long(&mut self, n: u64) {
        self.bytes.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
    }

    #[cold]
    fn wide(&mut self, n: u128) {
        self.bytes.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
    }

    /// A float; one that is not finite is `null`.
    #[inline]
    pub(super) fn float<F: Float>(&mut self, n: F) {
        n.write(self);
    }

    #[inline(never)]
    fn double(&mut self, n: f64) {
        match in_millionths(n.abs()) {
            Some(units) => self.decimal(n < 0.0, units),
            None => self.printed(n, n.is_finite()),
        }
    }

    /// Sign, digits, a point and the digits behind it: one at least, without zeros at the end.
    #[inline(never)]
    fn decimal(&mut self, negative: bool, millionths: u64) {
        let (whole, size) = without_zeros(millionths / MILLION);
        let fraction = eight(millionths % MILLION * 100);
        let zeros = (fraction | 1).leading_zeros() as usize / 8;
        self.fill(|block: &mut [u8; 24]| {
            block[0] = b'-';
            let begin = usize::from(negative);
            block[begin..begin + 8].copy_from_slice(&whole);
            let point = begin + size.min(8);
            block[point] = b'.';
            block[point + 1..point + 9].copy_from_slice(&(fraction + ASCII).to_le_bytes());
            point + 9 - zeros
        });
    }

    #[inline(always)]
    fn printed<F: zmij::Float>(&mut self, n: F, finite: bool) {
        if finite {
            self.short(zmij::Buffer::new().format_finite(n).as_bytes());
        } else {
            self.fragment("null");
        }
    }
}

/// The number in millionths, when it is a whole number of them and not too large or too small.
///
/// Prices, percentages and coordinates are. The quotient of two whole numbers below 2^53 is rounded correctly, so a
/// number that equals it is what its at most 14 digits are read as; two decimals of up to 15 digits are never read as
/// the same number, so none that is shorter can stand for it.
#[inline(always)]
fn in_millionths(n: f64) -> Option<u64> {
    /// 2^52: the sum with a smaller number is rounded to a whole one, which stands in its lowest bits.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    if !(1e-5..1e8).contains(&n) {
        return None;
    }
    let scaled = n * 1e6;
    let sum = scaled + WHOLE;
    let whole = sum - WHOLE;
    // Most numbers with many digits are told by this, before the slow division.
    if (scaled - whole).abs() > scaled * 4e-16 || whole / 1e6 != n {
        return None;
    }
    Some(sum.to_bits() & ((1 << 52) - 1))
}

/// The digits of `n`, below 10^8, and how many there are.
#[inline(always)]
fn without_zeros(n: u64) -> ([u8; 8], usize) {
    let digits = eight(n);
    // A zero is one digit: the last byte counts whatever it holds.
    let zeros = (digits | 1 << 56).trailing_zeros() / 8;
    (((digits + ASCII) >> (zeros * 8)).to_le_bytes(), 8 - zeros as usize)
}

/// The whole numbers.
pub(super) trait Whole: Copy {
    /// Whether it is negative, and its size; one that may be wider than 64 bits stands apart.
    fn parts(self) -> (bool, Result<u64, u128>);
}

macro_rules! whole {
    ($($unsigned:ty)*; $($signed:ty)*) => {
        $(impl Whole for $unsigned {
            #[inline(always)]
            fn parts(self) -> (bool, Result<u64, u128>) {
                (false, Ok(self as u64))
            }
        })*
        $(impl Whole for $signed {
            #[inline(always)]
            fn parts(self) -> (bool, Result<u64, u128>) {
                (self < 0, Ok(self.unsigned_abs() as u64))
            }
        })*
    };
}

whole!(u8 u16 u32 u64 usize; i8 i16 i32 i64 isize);

impl Whole for u128 {
    #[inline(always)]
    fn parts(self) -> (bool, Result<u64, u128>) {
        (false, Err(self))
    }
}

impl Whole for i128 {
    #[inline(always)]
    fn parts(self) -> (bool, Result<u64, u128>) {
        (self < 0, Err(self.unsigned_abs()))
    }
}

/// The two floats.
pub(super) trait Float: zmij::Float {
    fn write(self, to: &mut Buffer);
}

impl Float for f32 {
    fn write(self, to: &mut Buffer) {
        to.printed(self, self.is_finite());
    }
}

impl Float for f64 {
    #[inline]
    fn write(self, to: &mut Buffer) {
        to.double(self);
    }
}
