//! The one connection that writes an SQLite file.
//!
//! Whatever waits is written in one transaction, so that one wait for the disk serves many callers.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use tokio::sync::{Notify, mpsc, oneshot};

use super::fault::told;
use super::link::Link;
use super::operation::Operation;
use crate::task::store::{Result, StoreFault, TxHandle};

/// How many operations one transaction holds at most.
const TOGETHER: usize = 64;

/// An operation with whoever waits for it.
pub(super) type Errand = Box<dyn Waiting>;

/// An operation of any kind, and its answer.
#[async_trait]
pub(super) trait Waiting: Send + Sync {
    /// Does it; the answer is kept until the transaction has ended.
    async fn run(&mut self, link: &mut Link<'_>) -> Result<()>;

    /// Tells the answer, or why there is none.
    fn tell(self: Box<Self>, committed: Result<()>);
}

/// An operation of one kind.
pub(super) struct One<O: Operation> {
    operation: O,
    answer: Option<O::Answer>,
    reply: oneshot::Sender<Result<O::Answer>>,
}

impl<O: Operation> One<O> {
    pub(super) fn new(operation: O, reply: oneshot::Sender<Result<O::Answer>>) -> Self {
        Self { operation, answer: None, reply }
    }
}

#[async_trait]
impl<O: Operation> Waiting for One<O> {
    async fn run(&mut self, link: &mut Link<'_>) -> Result<()> {
        self.answer = Some(self.operation.run(link).await?);
        Ok(())
    }

    fn tell(self: Box<Self>, committed: Result<()>) {
        let Self { answer, reply, .. } = *self;
        let answer = committed.and_then(|()| answer.ok_or_else(super::home::closed));
        // Whoever gave up does not listen; what was asked is done all the same.
        let _ = reply.send(answer);
    }
}

/// Writes until nobody can ask any more, or what is left after `closing`; then closes the file, whose log goes with it.
pub(super) async fn write(mut connection: SqliteConnection, mut errands: mpsc::Receiver<Errand>, closing: Arc<Notify>) {
    let mut together = Vec::with_capacity(TOGETHER);
    loop {
        tokio::select! {
            count = errands.recv_many(&mut together, TOGETHER) => if count == 0 { break },
            () = closing.notified() => errands.close(),
        }
        match transaction(&mut connection, &mut together).await {
            Ok(()) => together.drain(..).for_each(|errand| errand.tell(Ok(()))),
            // One that is refused must not take the others with it.
            Err(error) if together.len() > 1 && error.fault() != StoreFault::Unavailable => {
                for errand in together.drain(..) {
                    alone(&mut connection, errand).await;
                }
            }
            Err(error) => together.drain(..).for_each(|errand| errand.tell(Err(error.clone()))),
        }
    }
    if let Err(error) = sqlx::Connection::close(connection).await {
        tracing::warn!(%error, "the file of the tasks was not closed in order");
    }
}

async fn alone(connection: &mut SqliteConnection, errand: Errand) {
    let mut errand = [errand];
    let written = transaction(connection, &mut errand).await;
    let [errand] = errand;
    errand.tell(written);
}

/// All of them, or none.
async fn transaction(connection: &mut SqliteConnection, errands: &mut [Errand]) -> Result<()> {
    if errands.is_empty() {
        return Ok(());
    }
    execute(connection, "BEGIN IMMEDIATE").await?;
    let written = each(connection, errands).await;
    if written.is_err()
        && let Err(error) = execute(connection, "ROLLBACK").await
    {
        // After some errors SQLite has done so by itself.
        tracing::debug!(%error, "nothing was left to roll back");
    }
    written
}

async fn each(connection: &mut SqliteConnection, errands: &mut [Errand]) -> Result<()> {
    for errand in errands {
        errand.run(&mut TxHandle::Sqlite(&mut *connection).into()).await?;
    }
    execute(connection, "COMMIT").await
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) -> Result<()> {
    sqlx::query(statement).execute(connection).await.map(drop).map_err(told)
}
