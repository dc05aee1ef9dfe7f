//! The one connection that writes, on a thread of its own: what is asked while it writes is committed together.

use std::any::Any;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{failed, schema};
use crate::inject::BoxFuture;
use crate::task::store::{Result, StoreError, StoreFault};

/// How many calls one commit is for at most.
const GROUP: usize = 256;

/// How many calls wait for their commit.
const WAITING: usize = 1024;

type Answer = Box<dyn Any + Send>;

/// What one call writes.
type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Answer>> + Send>;

/// One call, and who waits for its commit.
struct Call {
    work: Work,
    reply: oneshot::Sender<Result<Answer>>,
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(super) struct Writer {
    calls: Mutex<Option<mpsc::Sender<Call>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which opens the file and looks at its tables; gives the store's id.
    pub(super) async fn start(options: SqliteConnectOptions, migrate: bool) -> Result<(Self, Uuid)> {
        let (calls, waiting) = mpsc::channel(WAITING);
        let (opened, open) = oneshot::channel();
        let thread = thread::Builder::new().name("velithon-sqlite".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(run(options, migrate, opened, waiting)),
                Err(error) => drop(opened.send(Err(gone().caused_by(error)))),
            }
        });
        let thread = thread.map_err(|error| gone().caused_by(error))?;
        let store_id = open.await.map_err(|_| gone())??;
        Ok((Self { calls: Mutex::new(Some(calls)), thread: Mutex::new(Some(thread)) }, store_id))
    }

    /// Does what `work` says in a transaction; when this returns, it is on the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let work: Work =
            Box::new(move |file| Box::pin(async move { work(file).await.map(|answer| Box::new(answer) as Answer) }));
        let calls = self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        calls.ok_or_else(gone)?.send(Call { work, reply }).await.map_err(|_| gone())?;
        let answer = answer.await.map_err(|_| gone())??;
        answer.downcast().map(|answer| *answer).map_err(|_| gone())
    }

    /// Ends the thread when all that was asked is done.
    pub(super) async fn close(&self) {
        drop(self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn gone() -> StoreError {
    StoreError::new(StoreFault::Unavailable, "the SQLite file of tasks is closed")
}

async fn run(
    options: SqliteConnectOptions,
    migrate: bool,
    opened: oneshot::Sender<Result<Uuid>>,
    mut waiting: mpsc::Receiver<Call>,
) {
    let mut file = match open(&options, migrate).await {
        Ok((file, store_id)) => {
            let _ = opened.send(Ok(store_id));
            file
        }
        Err(error) => return drop(opened.send(Err(error))),
    };
    while let Some(first) = waiting.recv().await {
        group(&mut file, first, &mut waiting).await;
    }
    let _ = file.close().await;
}

async fn open(options: &SqliteConnectOptions, migrate: bool) -> Result<(SqliteConnection, Uuid)> {
    let mut file = options.connect().await.map_err(failed)?;
    let store_id = schema::prepare(&mut file, migrate).await?;
    Ok((file, store_id))
}

/// Does one call and those that have come meanwhile, in one transaction; one that fails is undone alone.
async fn group(file: &mut SqliteConnection, first: Call, waiting: &mut mpsc::Receiver<Call>) {
    if let Err(error) = execute(file, "BEGIN IMMEDIATE").await {
        return drop(first.reply.send(Err(error)));
    }
    let mut done = Vec::new();
    let mut next = Some(first);
    while let Some(Call { work, reply }) = next {
        done.push((reply, alone(file, work).await));
        next = if done.len() < GROUP { waiting.try_recv().ok() } else { None };
    }
    if let Err(error) = execute(file, "COMMIT").await {
        let text = error.to_string();
        // A commit that failed may have left the transaction open.
        let _ = execute(file, "ROLLBACK").await;
        let lost = || Err(StoreError::new(StoreFault::Unavailable, text.clone()));
        return done.into_iter().for_each(|(reply, _)| drop(reply.send(lost())));
    }
    done.into_iter().for_each(|(reply, answer)| drop(reply.send(answer)));
}

async fn alone(file: &mut SqliteConnection, work: Work) -> Result<Answer> {
    execute(file, "SAVEPOINT one").await?;
    let answer = work(file).await;
    if answer.is_err() {
        execute(file, "ROLLBACK TO one").await?;
    }
    execute(file, "RELEASE one").await?;
    answer
}

pub(super) async fn execute(file: &mut SqliteConnection, statement: &'static str) -> Result<()> {
    sqlx::query(statement).execute(file).await.map(drop).map_err(failed)
}
