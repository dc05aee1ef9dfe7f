//! Inserts rows of its own, each with a task in one transaction: `<url> <held>`.
//!
//! Commits a few, then stands in so many transactions between insert and commit, says so, and waits to be killed. With
//! none it says so at once and goes on committing, to be killed at any moment.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{PgPool, SqlitePool};
use velithon::prelude::*;
use velithon::task::store::SqlStore;

#[task(name = "booked")]
async fn booked(number: i64) {
    let _ = number;
}

/// How many transactions are committed before others are held.
const COMMITTED: i64 = 3;

/// A row and its task in a transaction that is not committed yet; the same for both databases.
macro_rules! book {
    ($pool:expr, $begin:literal, $tasks:expr) => {{
        let mut transaction = $pool.begin_with($begin).await?;
        sqlx::query("INSERT INTO bookings VALUES (1)").execute(&mut *transaction).await?;
        $tasks.enqueue_in(&mut transaction, booked::job(1)).await?;
        transaction
    }};
}

macro_rules! run {
    ($pool:expr, $begin:literal, $tasks:expr, $held:expr) => {{
        for _ in 0..COMMITTED {
            book!($pool, $begin, $tasks).commit().await?;
        }
        let mut between = Vec::new();
        for _ in 0..$held {
            between.push(book!($pool, $begin, $tasks));
        }
        println!("held");
        while $held == 0 {
            book!($pool, $begin, $tasks).commit().await?;
        }
        std::future::pending::<()>().await;
        drop(between);
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let usage = || Error::internal("usage: task_transactions <url> <held>");
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or_else(usage)?;
    let held: usize = arguments.next().and_then(|held| held.parse().ok()).ok_or_else(usage)?;
    match url.strip_prefix("sqlite:") {
        Some(path) => sqlite(path, held).await,
        None => postgres(&url, held).await,
    }
}

async fn sqlite(path: &str, held: usize) -> Result<()> {
    let tasks = Tasks::over(std::sync::Arc::new(SqlStore::sqlite(path).await?));
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(5));
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS bookings (number INTEGER)").execute(&pool).await?;
    run!(pool, "BEGIN IMMEDIATE", tasks, held);
    Ok(())
}

async fn postgres(url: &str, held: usize) -> Result<()> {
    let tasks = Tasks::over(std::sync::Arc::new(SqlStore::postgres(url).await?));
    let pool: PgPool = PgPoolOptions::new().max_connections(100).connect(url).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS bookings (number bigint)").execute(&pool).await?;
    run!(pool, "BEGIN", tasks, held);
    Ok(())
}
