//! The tables: made where there are none, and refused in words where they are of another version.

use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::failed;
use super::writer::execute;
use crate::task::store::{Result, StoreError, StoreFault};

/// The version that this program reads and writes.
const VERSION: i64 = 1;

const TABLES: &str = include_str!("../migrations/sqlite_1.sql");

/// Looks at the tables, and makes them where that is asked for; gives the store's id.
pub(super) async fn prepare(file: &mut SqliteConnection, migrate: bool) -> Result<Uuid> {
    execute(file, "BEGIN IMMEDIATE").await?;
    let prepared = prepared(file, migrate).await;
    execute(file, if prepared.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    prepared
}

async fn prepared(file: &mut SqliteConnection, migrate: bool) -> Result<Uuid> {
    let Some((store_id, version)) = meta(file).await? else {
        if !migrate {
            let text = "the file has no tables for tasks, and `[tasks] migrate` is \"manual\"; run once with \"auto\"";
            return Err(StoreError::new(StoreFault::Schema, text));
        }
        return create(file).await;
    };
    if version > VERSION {
        let text = format!(
            "the tables for tasks are of version {version}, and this program knows {VERSION}: it is older than the one that made them"
        );
        return Err(StoreError::new(StoreFault::Schema, text));
    }
    Ok(store_id)
}

async fn create(file: &mut SqliteConnection) -> Result<Uuid> {
    let store_id = Uuid::now_v7();
    sqlx::raw_sql(TABLES).execute(&mut *file).await.map_err(failed)?;
    sqlx::query("INSERT INTO velithon_task_meta (store_id, schema_version) VALUES (?, ?)")
        .bind(store_id.as_bytes().as_slice())
        .bind(VERSION)
        .execute(file)
        .await
        .map_err(failed)?;
    Ok(store_id)
}

/// The id and version of the store in this database, if it holds one.
async fn meta(file: &mut SqliteConnection) -> Result<Option<(Uuid, i64)>> {
    let there = sqlx::query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'velithon_task_meta'");
    if there.fetch_optional(&mut *file).await.map_err(failed)?.is_none() {
        return Ok(None);
    }
    let row =
        sqlx::query("SELECT store_id, schema_version FROM velithon_task_meta").fetch_one(file).await.map_err(failed)?;
    let id = row.try_get::<&[u8], _>(0).map_err(failed)?;
    let id = Uuid::from_slice(id).map_err(|_| StoreError::new(StoreFault::Refused, "the store's id is no UUID"))?;
    Ok(Some((id, row.try_get(1).map_err(failed)?)))
}

/// The id of the store in this database.
pub(super) async fn store_id(file: &mut SqliteConnection) -> Result<Option<Uuid>> {
    Ok(meta(file).await?.map(|(id, _)| id))
}
