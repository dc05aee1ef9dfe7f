//! Orders: a controller, and a transaction that lives as long as the request.

use garde::Validate;
use serde::{Deserialize, Serialize};
use sqlx::{Sqlite, Transaction};
use tokio::sync::{Mutex, MutexGuard};
use velithon::prelude::*;

use crate::cache::Cache;
use crate::database::pool;
use crate::page::Limit;
use crate::products::cache_key;

/// Somebody's order of some of one product; the total is in cents.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Order {
    id: i64,
    user: i64,
    product: i64,
    quantity: i64,
    total: i64,
}

/// What an order is made from.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct NewOrder {
    #[garde(range(min = 1))]
    user: i64,
    #[garde(range(min = 1))]
    product: i64,
    #[garde(range(min = 1, max = 1000))]
    quantity: i64,
}

/// Why an order could not be placed or found.
#[derive(Debug, Problem)]
pub(crate) enum OrderError {
    #[problem(status = 404, title = "no such order", detail = "there is no order {id}")]
    NotFound { id: i64 },
    #[problem(
        status = 409,
        title = "no such user or product",
        detail = "an order names a user and a product that exist"
    )]
    Dangling,
    #[problem(status = 409, title = "sold out", detail = "fewer than {wanted} are left")]
    SoldOut { wanted: i64 },
    #[problem(transparent)]
    Database(#[from] sqlx::Error),
    #[problem(transparent)]
    Other(#[from] Unfinished),
}

/// The request was over before its transaction was used.
#[derive(Debug, Problem)]
#[problem(status = 500, title = "transaction used after its end")]
pub(crate) struct Unfinished;

/// One transaction for each request: begun at first use, committed when the reply is a success, else rolled back.
#[inject(request)]
pub(crate) struct UnitOfWork {
    pool: Inject<pool>,
    cache: Inject<dyn Cache>,
    #[inject(default)]
    transaction: Mutex<Option<Transaction<'static, Sqlite>>>,
    /// The products that it changes.
    #[inject(default)]
    changed: Mutex<Vec<i64>>,
}

impl UnitOfWork {
    async fn begin(&self) -> Result<MutexGuard<'_, Option<Transaction<'static, Sqlite>>>, sqlx::Error> {
        let mut transaction = self.transaction.lock().await;
        if transaction.is_none() {
            *transaction = Some(self.pool.begin().await?);
        }
        Ok(transaction)
    }
}

impl Finish for UnitOfWork {
    async fn finish(&self, outcome: Outcome) -> velithon::Result<()> {
        match self.transaction.lock().await.take() {
            Some(transaction) if outcome.is_success() => {
                transaction.commit().await?;
                for product in self.changed.lock().await.drain(..) {
                    self.cache.forget(&cache_key(product)).await;
                }
                Ok(())
            }
            Some(transaction) => Ok(transaction.rollback().await?),
            None => Ok(()),
        }
    }
}

/// The orders of the database.
#[inject]
pub(crate) struct Orders {
    pool: Inject<pool>,
}

#[controller("/orders", tags = ["orders"])]
impl Orders {
    /// Lists orders, oldest first.
    #[get("/")]
    async fn list(
        &self,
        #[query(default = 0)] skip: u32,
        #[query(default = Limit::default())] limit: Limit,
    ) -> Result<Json<Vec<Order>>, OrderError> {
        let page = "SELECT id, user, product, quantity, total FROM orders ORDER BY id LIMIT ? OFFSET ?";
        Ok(Json(sqlx::query_as(page).bind(limit.0).bind(skip).fetch_all(&*self.pool).await?))
    }

    /// Fetches one order.
    #[get("/{id}")]
    async fn show(&self, id: i64) -> Result<Json<Order>, OrderError> {
        let one = "SELECT id, user, product, quantity, total FROM orders WHERE id = ?";
        let found: Option<Order> = sqlx::query_as(one).bind(id).fetch_optional(&*self.pool).await?;
        found.map(Json).ok_or(OrderError::NotFound { id })
    }

    /// Places an order: takes from the stock and writes the order, both or neither.
    #[post("/", status = 201)]
    async fn place(&self, order: Valid<Json<NewOrder>>, work: Inject<UnitOfWork>) -> Result<Json<Order>, OrderError> {
        let mut transaction = work.begin().await?;
        let connection = transaction.as_deref_mut().ok_or(Unfinished)?;
        let take = "UPDATE products SET stock = stock - ?1 WHERE id = ?2 AND stock >= ?1";
        let taken = sqlx::query(take).bind(order.quantity).bind(order.product).execute(&mut *connection).await?;
        let insert = "INSERT INTO orders (user, product, quantity, total) \
                      SELECT ?1, id, ?3, price * ?3 FROM products WHERE id = ?2 \
                      RETURNING id, user, product, quantity, total";
        let inserted = sqlx::query_as(insert).bind(order.user).bind(order.product).bind(order.quantity);
        let placed: Option<Order> = inserted.fetch_optional(&mut *connection).await.map_err(|error| match &error {
            sqlx::Error::Database(refusal) if refusal.is_foreign_key_violation() => OrderError::Dangling,
            _ => OrderError::Database(error),
        })?;
        let placed = placed.ok_or(OrderError::Dangling)?;
        if taken.rows_affected() == 0 {
            return Err(OrderError::SoldOut { wanted: order.quantity });
        }
        work.changed.lock().await.push(order.product);
        Ok(Json(placed))
    }
}
