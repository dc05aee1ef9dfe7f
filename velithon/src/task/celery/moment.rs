//! Times as Celery writes them: RFC 3339 with microseconds, in UTC.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

use crate::task::Timestamp;

/// `2026-11-25T07:17:16.212648+00:00`
pub(super) fn write(time: Timestamp) -> String {
    DateTime::<Utc>::from_timestamp_micros(time.micros())
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
        .to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// A time with an offset, or without one, which is UTC then; nothing for what is no time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => Some(time.into()),
        Err(_) => text.parse::<NaiveDateTime>().ok().map(|time| time.and_utc().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_they_were_written() {
        let time = Timestamp::from_micros(1_795_590_977_212_648);
        assert_eq!(write(time), "2026-11-25T07:16:17.212648+00:00");
        assert_eq!(read(&write(time)), Some(time));
    }

    #[test]
    fn another_offset_counts_and_none_is_utc() {
        let noon = read("2026-11-25T12:00:00+00:00");
        assert_eq!(read("2026-11-25T13:00:00+01:00"), noon);
        assert_eq!(read("2026-11-25T12:00:00.000000"), noon);
        assert_eq!(read("tomorrow"), None);
    }
}
