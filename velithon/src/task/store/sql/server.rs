//! PostgreSQL: a few connections, which are replaced when the server was restarted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres};
use tokio::time::timeout;

use super::fault::told;
use super::home::Home;
use super::operation::{Operation, Scope};
use crate::task::store::{Result, StoreError, StoreFault, TxHandle};

/// Connections of one process; one of them listens.
const CONNECTIONS: u32 = 9;

/// How long a connection is waited for; the server may be starting.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an operation may take before its connection is given up; a lease is asked for twice in its time.
const ANSWER: Duration = Duration::from_secs(10);

/// How often an operation is begun whose connection turned out to be dead, or which the server asked to repeat.
const TRIES: usize = 3;

/// A server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) home: Arc<Home>,
    pub(super) pool: PgPool,
    lost: Lost,
}

/// When a connection was last found dead: those that are older are dead too.
#[derive(Debug, Clone, Default)]
struct Lost(Arc<Mutex<Option<Instant>>>);

impl Lost {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_older(&self, age: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|lost| lost.elapsed() <= age)
    }
}

impl Server {
    pub(super) async fn open(options: PgConnectOptions) -> Result<Self> {
        let (home, lost) = (Arc::new(Home::start()?), Lost::default());
        let asked = lost.clone();
        let pool = home.run(async move { Ok(pool(options.application_name("velithon-tasks"), asked)) }).await?;
        Ok(Self { home, pool, lost })
    }

    pub(super) async fn run<O: Operation>(&self, scope: Scope, operation: O) -> Result<O::Answer> {
        let server = self.clone();
        self.home.run(async move { server.tries(scope, &operation).await }).await
    }

    /// Every operation may be repeated, so one whose connection was dead is.
    async fn tries<O: Operation>(&self, scope: Scope, operation: &O) -> Result<O::Answer> {
        let mut tried = 1;
        loop {
            let mut connection = self.pool.acquire().await.map_err(told)?;
            let answer = timeout(ANSWER, perform(&mut connection, scope, operation)).await;
            let error = match answer {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) if error.fault() != StoreFault::Unavailable => return Err(error),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.gone(connection)),
            };
            self.look_after(connection).await;
            if tried >= TRIES {
                return Err(error);
            }
            tried += 1;
        }
    }

    /// A connection over which something failed is either well, or dead as all that are older.
    async fn look_after(&self, mut connection: PoolConnection<Postgres>) {
        if !matches!(timeout(CONNECT, connection.ping()).await, Ok(Ok(()))) {
            self.gone(connection);
        }
    }

    /// Gives up a connection; its place in the pool is free at once, whatever the socket does.
    fn gone(&self, connection: PoolConnection<Postgres>) -> StoreError {
        self.lost.note();
        drop(connection.detach());
        StoreError::new(StoreFault::Unavailable, format!("the database of the tasks has not answered for {ANSWER:?}"))
    }

    pub(super) async fn close(&self) {
        let pool = self.pool.clone();
        let closing = async move {
            // A connection to a server that is gone does not say goodbye.
            let _ = timeout(CONNECT, pool.close()).await;
            Ok(())
        };
        if let Err(error) = self.home.run(closing).await {
            tracing::debug!(%error, "the database of the tasks was closed before");
        }
    }
}

fn pool(options: PgConnectOptions, lost: Lost) -> PgPool {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(CONNECT)
        .test_before_acquire(false)
        .before_acquire(move |_, meta| {
            let alive = !lost.is_older(meta.age);
            Box::pin(async move { Ok(alive) })
        })
        .connect_lazy_with(options)
}

async fn perform<O: Operation>(
    connection: &mut PoolConnection<Postgres>,
    scope: Scope,
    operation: &O,
) -> Result<O::Answer> {
    if scope != Scope::Whole {
        return operation.run(&mut TxHandle::Postgres(connection).into()).await;
    }
    let mut transaction = connection.begin().await.map_err(told)?;
    let answer = operation.run(&mut TxHandle::Postgres(&mut transaction).into()).await;
    match answer {
        Ok(answer) => transaction.commit().await.map(|()| answer).map_err(told),
        Err(error) => {
            // Failing that, the connection is found dead.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}
