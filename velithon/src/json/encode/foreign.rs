//! [`ToJson`] for types of other crates that write themselves best: through `Serialize`, into the same buffer.
//!
//! Without it a list or map of them would leave the fast way altogether.

use super::buffer::Buffer;
use super::to_json::ToJson;

macro_rules! through_serialize {
    ($($(#[$meta:meta])* $type:ty;)*) => {$(
        $(#[$meta])*
        impl ToJson for $type {
            #[inline]
            fn write_json(&self, to: &mut Buffer) {
                super::serialized(self, to);
            }
        }
    )*};
}

through_serialize! {
    std::net::IpAddr;
    std::net::Ipv4Addr;
    std::net::Ipv6Addr;
    std::net::SocketAddr;
    std::net::SocketAddrV4;
    std::net::SocketAddrV6;
    std::path::Path;
    std::path::PathBuf;
    std::time::SystemTime;
    serde_json::Value;
    serde_json::Number;
    serde_json::Map<String, serde_json::Value>;
    #[cfg(feature = "uuid")]
    uuid::Uuid;
    #[cfg(feature = "rust_decimal")]
    rust_decimal::Decimal;
    #[cfg(feature = "chrono")]
    chrono::NaiveDate;
    #[cfg(feature = "chrono")]
    chrono::NaiveTime;
    #[cfg(feature = "chrono")]
    chrono::NaiveDateTime;
    #[cfg(feature = "chrono")]
    chrono::Month;
    #[cfg(feature = "chrono")]
    chrono::Weekday;
    #[cfg(feature = "time")]
    time::Date;
    #[cfg(feature = "time")]
    time::Time;
    #[cfg(feature = "time")]
    time::PrimitiveDateTime;
    #[cfg(feature = "time")]
    time::OffsetDateTime;
    #[cfg(feature = "time")]
    time::UtcOffset;
    #[cfg(feature = "time")]
    time::Duration;
    #[cfg(feature = "time")]
    time::Month;
    #[cfg(feature = "time")]
    time::Weekday;
}

#[cfg(feature = "chrono")]
impl<Zone: chrono::TimeZone> ToJson for chrono::DateTime<Zone> {
    #[inline]
    fn write_json(&self, to: &mut Buffer) {
        super::serialized(self, to);
    }
}

#[cfg(all(test, feature = "chrono", feature = "time", feature = "uuid", feature = "rust_decimal"))]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use crate::json::{ToJson, encode};

    #[derive(Serialize, ToJson)]
    struct Foreign {
        ids: Vec<uuid::Uuid>,
        prices: BTreeMap<u8, rust_decimal::Decimal>,
        made: Option<chrono::DateTime<chrono::Utc>>,
        day: (chrono::NaiveDate, chrono::Weekday),
        stamp: [time::OffsetDateTime; 1],
        span: time::Duration,
    }

    #[test]
    fn types_of_other_crates_are_written_as_they_serialize() {
        let value = Foreign {
            ids: vec![uuid::Uuid::from_u128(7)],
            prices: BTreeMap::from([(1, rust_decimal::Decimal::new(1999, 2))]),
            made: chrono::DateTime::from_timestamp(1_700_000_000, 5),
            day: (chrono::NaiveDate::MAX, chrono::Weekday::Fri),
            stamp: [time::OffsetDateTime::UNIX_EPOCH],
            span: time::Duration::MINUTE,
        };
        assert_eq!(encode(&value).unwrap(), serde_json::to_vec(&value).unwrap());
    }
}
