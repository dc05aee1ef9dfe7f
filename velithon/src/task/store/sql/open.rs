//! Opening a database.

#[cfg(feature = "tasks-sqlite")]
use std::path::Path;
use std::time::{Duration, Instant};

use super::SqlStore;
use super::database::Database;
use super::migrate::Prepare;
use super::operation::Scope;
use crate::task::settings::Migrate;
use crate::task::store::{Result, StoreError, StoreFault};

/// How long a database that does not answer is waited for at the start: it may be starting as well.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is asked meanwhile.
const AGAIN: Duration = Duration::from_millis(250);

#[cfg(feature = "tasks-sqlite")]
impl SqlStore {
    /// Opens an SQLite file, which is made when it is not there, and brings its tables up to date.
    ///
    /// Many processes of one host may share the file; it must be on a disk of that host. What was enqueued is on the
    /// disk when the call returns (WAL, `synchronous = FULL`).
    ///
    /// # Errors
    /// When the file cannot be opened or written, or its tables are of a newer version than this program.
    pub async fn sqlite(path: impl AsRef<Path>) -> Result<Self> {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
        Self::file(options, Migrate::Auto).await
    }

    pub(crate) async fn file(options: sqlx::sqlite::SqliteConnectOptions, migrate: Migrate) -> Result<Self> {
        let database = Database::File(super::file::File::open(options).await?);
        let id = database.run(Scope::Whole, Prepare(migrate)).await?;
        Ok(Self::new(database, id))
    }
}

#[cfg(feature = "tasks-postgres")]
impl SqlStore {
    /// Connects to PostgreSQL, 13 or newer, by a URL such as `postgres://user@host/database`, and brings the tables up to
    /// date; they are in the first schema of the user's `search_path`.
    ///
    /// A server that does not answer is asked for 30 s.
    ///
    /// # Errors
    /// When the URL is none, the server does not answer or refuses the user, or the tables are of a newer version than
    /// this program.
    pub async fn postgres(url: &str) -> Result<Self> {
        let wrong = |error| StoreError::new(StoreFault::Refused, "the URL of the database cannot be read").caused_by(error);
        let options = url.parse::<sqlx::postgres::PgConnectOptions>().map_err(wrong)?;
        Self::server(options, Migrate::Auto).await
    }

    pub(crate) async fn server(options: sqlx::postgres::PgConnectOptions, migrate: Migrate) -> Result<Self> {
        let server = super::server::Server::open(options).await?;
        let id = patiently(|| server.run(Scope::Whole, Prepare(migrate))).await?;
        let channel = super::database::channel(id);
        let announce = super::hints::announcer(&server, channel.clone());
        Ok(Self::new(Database::Server { server, channel, announce }, id))
    }
}

/// Asks until there is an answer, or patience is over.
#[cfg(feature = "tasks-postgres")]
async fn patiently<T, F: Future<Output = Result<T>>>(ask: impl Fn() -> F) -> Result<T> {
    let until = Instant::now() + PATIENCE;
    let mut told = false;
    loop {
        match ask().await {
            Err(error) if error.fault() == StoreFault::Unavailable && Instant::now() < until => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%error, "the database of the tasks is waited for");
                }
                tokio::time::sleep(AGAIN).await;
            }
            answer => return answer,
        }
    }
}
