//! The time of an event, in UTC to the microsecond: `2026-11-25T07:01:28.123456Z` (RFC 3339, section 5.6).
//!
//! What comes before the fraction is made once in a second; a thread keeps it.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of a timestamp up to the point.
const SECOND: usize = 20;

/// Bytes of a timestamp.
pub(super) const SIZE: usize = 27;

thread_local! {
    /// A second since 1970 and how it reads.
    static LAST: Cell<(u64, [u8; SECOND])> = const { Cell::new((0, *b"1970-01-01T00:00:00.")) };
}

/// The time of now. A clock before 1970 reads as its first second.
pub(super) fn now() -> [u8; SIZE] {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut second, mut text) = LAST.get();
    if second != since.as_secs() {
        (second, text) = (since.as_secs(), reads(since.as_secs()));
        LAST.set((second, text));
    }
    with_fraction(&text, since.subsec_micros())
}

fn with_fraction(second: &[u8; SECOND], micros: u32) -> [u8; SIZE] {
    let mut text = [b'Z'; SIZE];
    text[..SECOND].copy_from_slice(second);
    digits(&mut text[SECOND..SIZE - 1], u64::from(micros));
    text
}

/// How a second since 1970 reads, in the Gregorian calendar; years are cut to four digits.
fn reads(second: u64) -> [u8; SECOND] {
    let mut text = *b"0000-00-00T00:00:00.";
    let (year, month, day) = date(second / 86_400);
    let of_day = second % 86_400;
    digits(&mut text[0..4], year);
    digits(&mut text[5..7], month);
    digits(&mut text[8..10], day);
    digits(&mut text[11..13], of_day / 3600);
    digits(&mut text[14..16], of_day / 60 % 60);
    digits(&mut text[17..19], of_day % 60);
    text
}

/// Year, month and day of a day since 1970. Years are counted from March here, so that the leap day is their last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

fn digits(to: &mut [u8], mut number: u64) {
    for digit in to.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_reads_as_its_date_and_time() {
        for (second, text) in [
            (0, "1970-01-01T00:00:00."),
            (951_782_399, "2000-02-28T23:59:59."),
            (951_782_400, "2000-02-29T00:00:00."),
            (1_709_251_199, "2024-02-29T23:59:59."),
            (4_107_542_400, "2100-03-01T00:00:00."),
            (253_402_300_799, "9999-12-31T23:59:59."),
        ] {
            assert_eq!(std::str::from_utf8(&reads(second)).unwrap(), text);
        }
    }

    #[test]
    fn the_fraction_has_six_digits() {
        assert_eq!(with_fraction(b"1970-01-01T00:00:00.", 42), *b"1970-01-01T00:00:00.000042Z");
    }
}
