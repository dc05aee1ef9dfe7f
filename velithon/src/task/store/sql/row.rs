//! A row of either database, by the names of its columns.

use std::str::FromStr;

use bytes::Bytes;
use sqlx::Row as _;
use uuid::Uuid;

use super::fault::{told, unreadable};
use crate::task::id::{TaskId, WorkerId};
use crate::task::store::Result;
use crate::task::time::Timestamp;

/// A row.
pub(super) enum Row {
    #[cfg(feature = "tasks-sqlite")]
    Sqlite(sqlx::sqlite::SqliteRow),
    #[cfg(feature = "tasks-postgres")]
    Postgres(sqlx::postgres::PgRow),
}

macro_rules! get {
    ($row:expr, $column:expr) => {
        match $row {
            #[cfg(feature = "tasks-sqlite")]
            Self::Sqlite(row) => row.try_get($column).map_err(told),
            #[cfg(feature = "tasks-postgres")]
            Self::Postgres(row) => row.try_get($column).map_err(told),
        }
    };
}

impl Row {
    pub(super) fn int(&self, column: &str) -> Result<i64> {
        get!(self, column)
    }

    pub(super) fn maybe_int(&self, column: &str) -> Result<Option<i64>> {
        get!(self, column)
    }

    /// A count, which is never negative; one that is too great is the greatest.
    pub(super) fn count<T: TryFrom<i64> + Bounded>(&self, column: &str) -> Result<T> {
        self.int(column).map(|value| T::try_from(value.max(0)).unwrap_or(T::GREATEST))
    }

    pub(super) fn flag(&self, column: &str) -> Result<bool> {
        match self {
            #[cfg(feature = "tasks-sqlite")]
            Self::Sqlite(row) => row.try_get::<i64, _>(column).map(|value| value != 0).map_err(told),
            #[cfg(feature = "tasks-postgres")]
            Self::Postgres(row) => row.try_get(column).map_err(told),
        }
    }

    pub(super) fn text(&self, column: &str) -> Result<String> {
        get!(self, column)
    }

    pub(super) fn maybe_text(&self, column: &str) -> Result<Option<String>> {
        get!(self, column)
    }

    /// A text that is passed on as it is.
    pub(super) fn bytes(&self, column: &str) -> Result<Bytes> {
        self.text(column).map(Bytes::from)
    }

    pub(super) fn maybe_bytes(&self, column: &str) -> Result<Option<Bytes>> {
        Ok(self.maybe_text(column)?.map(Bytes::from))
    }

    /// A word out of a few.
    pub(super) fn word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(unreadable)
    }

    pub(super) fn maybe_word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<Option<T>> {
        self.maybe_text(column)?.map(|text| text.parse().map_err(unreadable)).transpose()
    }

    pub(super) fn time(&self, column: &str) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    pub(super) fn maybe_time(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.maybe_int(column)?.map(Timestamp::from_micros))
    }

    pub(super) fn uuid(&self, column: &str) -> Result<Uuid> {
        get!(self, column)
    }

    pub(super) fn id(&self) -> Result<TaskId> {
        self.uuid("id").map(TaskId::from)
    }

    pub(super) fn maybe_id(&self) -> Result<Option<TaskId>> {
        let id: Result<Option<Uuid>> = get!(self, "id");
        Ok(id?.map(TaskId::from))
    }

    pub(super) fn worker(&self) -> Result<Option<WorkerId>> {
        let worker: Result<Option<Uuid>> = get!(self, "worker");
        Ok(worker?.map(WorkerId::from))
    }
}

/// Whole numbers that know their greatest value.
pub(super) trait Bounded {
    const GREATEST: Self;
}

impl Bounded for u32 {
    const GREATEST: Self = Self::MAX;
}

impl Bounded for u64 {
    const GREATEST: Self = Self::MAX;
}

impl Bounded for usize {
    const GREATEST: Self = Self::MAX;
}
