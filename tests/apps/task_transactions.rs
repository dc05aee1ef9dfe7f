//! Inserts a row of its own and a task in one transaction, again and again, until it is killed.

use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use velithon::prelude::*;
use velithon::task::store::SqlStore;

#[task(name = "booked")]
async fn booked(number: i64) {
    let _ = number;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| Error::internal("the path of the file is missing"))?;
    let tasks = Tasks::over(std::sync::Arc::new(SqlStore::sqlite(&path).await?));
    let options = SqliteConnectOptions::new().filename(&path).busy_timeout(Duration::from_secs(5));
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS bookings (number INTEGER)").execute(&pool).await?;
    println!("ready");
    for number in 0.. {
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO bookings VALUES (?)").bind(number).execute(&mut *transaction).await?;
        tasks.enqueue_in(&mut transaction, booked::job(number)).await?;
        transaction.commit().await?;
    }
    Ok(())
}
