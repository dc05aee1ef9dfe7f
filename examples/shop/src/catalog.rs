//! One generic resource for every model that is an id and a name; `main` mounts it once for each.

use std::marker::PhantomData;

use garde::Validate;
use serde::{Deserialize, Serialize};
use velithon::prelude::*;

use crate::database::pool;

/// A table with an `id` and a `name`.
pub(crate) trait Model: Send + Sync + 'static {
    /// The table's name.
    const TABLE: &'static str;
}

/// What products are sorted by.
pub(crate) struct Category;

impl Model for Category {
    const TABLE: &'static str = "categories";
}

/// Whom products come from.
pub(crate) struct Supplier;

impl Model for Supplier {
    const TABLE: &'static str = "suppliers";
}

/// A row of such a table.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Entry {
    id: i64,
    name: String,
}

/// What a row is made from, or changed to.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct NewEntry {
    #[garde(length(chars, min = 1, max = 80))]
    name: String,
}

/// The rows of one model.
pub(crate) struct Table<M>(PhantomData<M>);

impl<M: Model> Table<M> {
    /// The statement for this table. Its name is a constant of the program, never a client's text.
    fn statement(text: &str) -> sqlx::AssertSqlSafe<String> {
        sqlx::AssertSqlSafe(text.replace("{table}", M::TABLE))
    }
}

impl<M: Model> Resource for Table<M> {
    type Service = pool;
    type Id = i64;
    type Item = Entry;
    type New = NewEntry;
    type Change = NewEntry;
    type Error = Error;

    async fn list(pool: &Inject<pool>, skip: u64, limit: u64) -> Result<Vec<Entry>> {
        let page = Self::statement("SELECT id, name FROM {table} ORDER BY id LIMIT ? OFFSET ?");
        let (limit, skip) = (i64::try_from(limit).unwrap_or(i64::MAX), i64::try_from(skip).unwrap_or(i64::MAX));
        Ok(sqlx::query_as(page).bind(limit).bind(skip).fetch_all(&**pool).await?)
    }

    async fn create(pool: &Inject<pool>, new: NewEntry) -> Result<Entry> {
        let insert = Self::statement("INSERT INTO {table} (name) VALUES (?) RETURNING id, name");
        Ok(sqlx::query_as(insert).bind(new.name).fetch_one(&**pool).await?)
    }

    async fn get(pool: &Inject<pool>, id: i64) -> Result<Option<Entry>> {
        let one = Self::statement("SELECT id, name FROM {table} WHERE id = ?");
        Ok(sqlx::query_as(one).bind(id).fetch_optional(&**pool).await?)
    }

    async fn update(pool: &Inject<pool>, id: i64, change: NewEntry) -> Result<Option<Entry>> {
        let update = Self::statement("UPDATE {table} SET name = ? WHERE id = ? RETURNING id, name");
        Ok(sqlx::query_as(update).bind(change.name).bind(id).fetch_optional(&**pool).await?)
    }

    async fn delete(pool: &Inject<pool>, id: i64) -> Result<bool> {
        let delete = Self::statement("DELETE FROM {table} WHERE id = ?");
        Ok(sqlx::query(delete).bind(id).execute(&**pool).await?.rows_affected() > 0)
    }
}
