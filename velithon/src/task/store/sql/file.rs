//! SQLite: one connection writes, a few read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::fault::told;
use super::home::{Home, closed};
use super::operation::{Operation, Scope};
use super::writer::{Errand, One, write};
use crate::task::store::{Result, TxHandle};

/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(5);

/// Connections that read.
const READERS: u32 = 4;

/// Writes that wait for their turn; whoever comes then waits for a place.
const WAITING: usize = 1024;

/// Rows that a connection has ready before they are taken.
const ROWS: usize = 512;

/// Ids and times between the statements of one operation.
const CHOSEN: &str = "CREATE TEMP TABLE velithon_chosen (id BLOB PRIMARY KEY, now INTEGER, rank INTEGER, state TEXT)";

/// An open file.
pub(super) struct File {
    home: Home,
    errands: mpsc::Sender<Errand>,
    closing: Arc<Notify>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: SqlitePool,
}

impl File {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let home = Home::start()?;
        let options = settled(options);
        let writer = home.run(writer(options.clone())).await?;
        let (errands, waiting) = mpsc::channel(WAITING);
        let closing = Arc::<Notify>::default();
        let writer = Mutex::new(Some(home.spawn(write(writer, waiting, Arc::clone(&closing)))));
        let readers = home.run(async move { Ok(readers(options)) }).await?;
        Ok(Self { home, errands, closing, writer, readers })
    }

    pub(super) async fn run<O: Operation>(&self, scope: Scope, operation: O) -> Result<O::Answer> {
        match scope {
            Scope::Read => self.read(operation).await,
            Scope::Single | Scope::Whole => self.write(operation).await,
        }
    }

    async fn read<O: Operation>(&self, operation: O) -> Result<O::Answer> {
        let readers = self.readers.clone();
        let reading = async move {
            let mut connection = readers.acquire().await.map_err(told)?;
            operation.run(&mut TxHandle::Sqlite(&mut connection).into()).await
        };
        self.home.run(reading).await
    }

    async fn write<O: Operation>(&self, operation: O) -> Result<O::Answer> {
        let (reply, answer) = oneshot::channel();
        let errand: Errand = Box::new(One::new(operation, reply));
        self.errands.send(errand).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(super) async fn close(&self) {
        let readers = self.readers.clone();
        let closing = async move {
            readers.close().await;
            Ok(())
        };
        if let Err(error) = self.home.run(closing).await {
            tracing::debug!(%error, "the database of the tasks was closed before");
        }
        // The last connection takes the write-ahead log with it, so the one that writes goes last.
        self.closing.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.await;
        }
    }
}

/// What every connection has: nothing that was acknowledged is lost, not even with the power.
fn settled(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .row_buffer_size(ROWS)
        .pragma("temp_store", "MEMORY")
}

async fn writer(options: SqliteConnectOptions) -> Result<SqliteConnection> {
    let mut connection = options.connect().await.map_err(told)?;
    sqlx::query(CHOSEN).execute(&mut connection).await.map_err(told)?;
    Ok(connection)
}

fn readers(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "ON"))
}
