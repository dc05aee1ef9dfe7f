//! The contract over real databases.

#[cfg(feature = "tasks-postgres")]
mod postgres;
#[cfg(feature = "tasks-sqlite")]
mod sqlite;
