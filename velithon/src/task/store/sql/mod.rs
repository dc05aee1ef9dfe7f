//! Tasks in a database that speaks SQL.

#[cfg(feature = "tasks-sqlite")]
pub mod sqlite;
