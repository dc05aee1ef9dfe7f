//! Opening a database.

#[cfg(feature = "tasks-sqlite")]
use std::path::Path;
#[cfg(feature = "tasks-postgres")]
use std::time::{Duration, Instant};

use super::SqlStore;
use super::database::Database;
use super::migrate::Prepare;
use super::operation::Scope;
use crate::task::settings::{Migrate, TasksSection};
use crate::task::store::{Result, StoreError, StoreFault};

/// How long a database that does not answer is waited for at the start: it may be starting as well.
#[cfg(feature = "tasks-postgres")]
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is asked meanwhile.
#[cfg(feature = "tasks-postgres")]
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

    /// As `[tasks]` says: the file of `path`, or of `url`.
    pub(crate) async fn of_file(section: &TasksSection) -> Result<Self> {
        let options = match &section.url {
            None => sqlx::sqlite::SqliteConnectOptions::new().filename(&section.path).create_if_missing(true),
            Some(url) => file_of(url.expose())?,
        };
        Self::file(options, section.migrate).await.map_err(|error| match error.fault() {
            StoreFault::Unavailable => error.helped("see that the folder of the file is there, and may be written"),
            _ => error,
        })
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
        Self::server(server_of(url)?, Migrate::Auto).await
    }

    /// As `[tasks]` says.
    pub(crate) async fn of_server(section: &TasksSection) -> Result<Self> {
        let Some(url) = &section.url else {
            let text = "`store = \"postgres\"` stands without `url`";
            return Err(
                StoreError::new(StoreFault::Refused, text).helped(format!("add `url = \"{SERVER}\"` under `[tasks]`"))
            );
        };
        let options = server_of(url.expose())?;
        Self::server(options, section.migrate).await.map_err(|error| match error.fault() {
            StoreFault::Unavailable => error.helped("start the server, or correct `url` under `[tasks]`"),
            _ => error,
        })
    }

    pub(crate) async fn server(options: sqlx::postgres::PgConnectOptions, migrate: Migrate) -> Result<Self> {
        let server = super::server::Server::open(options).await?;
        let id = patiently(|| server.run(Scope::Whole, Prepare(migrate))).await?;
        let channel = super::database::channel(id);
        let announce = super::hints::announcer(&server, channel.clone());
        Ok(Self::new(Database::Server { server, channel, announce }, id))
    }
}

/// What a URL looks like.
#[cfg(feature = "tasks-postgres")]
const SERVER: &str = "postgres://user@host/database";

/// A file that is made when it is not there, unless the URL says how it is opened.
#[cfg(feature = "tasks-sqlite")]
fn file_of(url: &str) -> Result<sqlx::sqlite::SqliteConnectOptions> {
    let such = "sqlite:tasks.db";
    if !url.starts_with("sqlite:") {
        return Err(not_a_url(such));
    }
    let options: sqlx::sqlite::SqliteConnectOptions =
        url.parse().map_err(|error: sqlx::Error| not_a_url(such).caused_by(error))?;
    Ok(if url.contains("mode=") { options } else { options.create_if_missing(true) })
}

/// Of the scheme as well: the driver takes that of any other database.
#[cfg(feature = "tasks-postgres")]
fn server_of(url: &str) -> Result<sqlx::postgres::PgConnectOptions> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(not_a_url(SERVER));
    }
    url.parse().map_err(|error: sqlx::Error| not_a_url(SERVER).caused_by(error))
}

fn not_a_url(such: &str) -> StoreError {
    let text = "`[tasks] url` is not one of this kind of database";
    StoreError::new(StoreFault::Refused, text).helped(format!("write one such as `{such}`"))
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
