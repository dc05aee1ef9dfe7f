//! The database: a SQLite file that is created and brought up to date at the first start.

use std::str::FromStr;

use serde::Deserialize;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use velithon::prelude::*;

/// Settings under `[database]`.
#[config("database")]
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct DatabaseConfig {
    /// Where the data is kept, as sqlx writes it; a file that is missing is created.
    url: String,
    /// Connections that are open at most.
    max_connections: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite://shop.db".to_owned(), max_connections: 8 }
    }
}

/// The connections of the shop.
#[inject]
pub(crate) async fn pool(config: Config<DatabaseConfig>) -> velithon::Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(&config.url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal);
    // Each connection to a database in memory has its own.
    let most = if config.url.contains(":memory:") { 1 } else { config.max_connections };
    let pool = SqlitePoolOptions::new().max_connections(most).connect_with(options).await?;
    sqlx::migrate!("./migrations").run(&pool).await?;
    Ok(pool)
}
