//! A connection to either database, as operations see it.

use uuid::Uuid;

use super::fault::told;
use super::row::Row;
use super::statement::Statement;
use crate::task::store::{Result, TxHandle};

/// A value that goes into a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Param<'p> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(&'p str),
    MaybeText(Option<&'p str>),
}

macro_rules! bind {
    ($query:expr, $params:expr) => {
        $params.iter().fold($query, |query, param| match *param {
            Param::Int(value) => query.bind(value),
            Param::MaybeInt(value) => query.bind(value),
            Param::Text(value) => query.bind(value.to_owned()),
            Param::MaybeText(value) => query.bind(value.map(str::to_owned)),
        })
    };
}
/// A connection, for as long as one operation has it.
pub(super) struct Link<'c>(TxHandle<'c>);

impl<'c> From<TxHandle<'c>> for Link<'c> {
    fn from(handle: TxHandle<'c>) -> Self {
        Self(handle)
    }
}

impl Link<'_> {
    /// Whether one statement sees what others commit meanwhile.
    pub(super) fn is_shared(&self) -> bool {
        match &self.0 {
            #[cfg(feature = "tasks-sqlite")]
            TxHandle::Sqlite(_) => false,
            #[cfg(feature = "tasks-postgres")]
            TxHandle::Postgres(_) => true,
        }
    }

    /// Runs a script without parameters.
    pub(super) async fn script(&mut self, script: Statement) -> Result<()> {
        match &mut self.0 {
            #[cfg(feature = "tasks-sqlite")]
            TxHandle::Sqlite(connection) => sqlx::raw_sql(script.sqlite).execute(&mut **connection).await.map(drop),
            #[cfg(feature = "tasks-postgres")]
            TxHandle::Postgres(connection) => sqlx::raw_sql(script.postgres).execute(&mut **connection).await.map(drop),
        }
        .map_err(told)
    }

    /// Runs a statement; the rows it answers.
    pub(super) async fn run(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<Vec<Row>> {
        match &mut self.0 {
            #[cfg(feature = "tasks-sqlite")]
            TxHandle::Sqlite(connection) => {
                let query = bind!(sqlx::query(statement.sqlite), params);
                Ok(query.fetch_all(&mut **connection).await.map_err(told)?.into_iter().map(Row::Sqlite).collect())
            }
            #[cfg(feature = "tasks-postgres")]
            TxHandle::Postgres(connection) => {
                let query = bind!(sqlx::query(statement.postgres), params);
                Ok(query.fetch_all(&mut **connection).await.map_err(told)?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

/// Ids as a text of JSON.
pub(super) fn ids(ids: impl IntoIterator<Item = Uuid>) -> Result<String> {
    super::json::text(&ids.into_iter().collect::<Vec<_>>())
}
