//! Products: a resource, whose method names are its routes, behind the cache that configuration chose.

use bytes::Bytes;
use garde::Validate;
use serde::{Deserialize, Serialize};
use velithon::prelude::*;

use crate::cache::Cache;
use crate::database::pool;
use crate::page::Limit;

/// Something that can be ordered; the price is in cents.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) price: i64,
    pub(crate) stock: i64,
}

/// What a product is made from, or changed to.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct NewProduct {
    #[garde(length(chars, min = 1, max = 120))]
    name: String,
    #[garde(range(min = 0, max = 100_000_000))]
    price: i64,
    #[garde(range(min = 0, max = 1_000_000))]
    stock: i64,
}

/// What may change of a product; what is left out stays.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct ProductPatch {
    #[garde(inner(length(chars, min = 1, max = 120)))]
    name: Option<String>,
    #[garde(inner(range(min = 0, max = 100_000_000)))]
    price: Option<i64>,
    #[garde(inner(range(min = 0, max = 1_000_000)))]
    stock: Option<i64>,
}

/// Why something could not be done with a product.
#[derive(Debug, Problem)]
pub(crate) enum ProductError {
    #[problem(status = 404, title = "no such product", detail = "there is no product {id}")]
    NotFound { id: i64 },
    #[problem(status = 409, title = "product is ordered", detail = "product {id} is part of an order")]
    Ordered { id: i64 },
    #[problem(transparent)]
    Database(#[from] sqlx::Error),
    #[problem(transparent)]
    Encode(#[from] velithon::json::EncodeError),
}

/// The products of the database.
#[inject]
pub(crate) struct Products {
    pool: Inject<pool>,
    cache: Inject<dyn Cache>,
}

/// What a product's reply is kept under.
pub(crate) fn cache_key(id: i64) -> String {
    format!("product:{id}")
}

#[resource("/products", tags = ["products"])]
impl Products {
    async fn list(
        &self,
        #[query(default = 0)] skip: u32,
        #[query(default = Limit::default())] limit: Limit,
    ) -> Result<Json<Vec<Product>>, ProductError> {
        let page = sqlx::query_as("SELECT id, name, price, stock FROM products ORDER BY id LIMIT ? OFFSET ?");
        Ok(Json(page.bind(limit.0).bind(skip).fetch_all(&*self.pool).await?))
    }

    async fn create(&self, item: Valid<Json<NewProduct>>) -> Result<Json<Product>, ProductError> {
        let insert = "INSERT INTO products (name, price, stock) VALUES (?, ?, ?) RETURNING id, name, price, stock";
        let created = sqlx::query_as(insert).bind(&item.name).bind(item.price).bind(item.stock);
        Ok(Json(created.fetch_one(&*self.pool).await?))
    }

    /// Fetches one product; the encoded reply is kept until the product changes.
    async fn get(&self, id: i64) -> Result<Response, ProductError> {
        if let Some(kept) = self.cache.read(&cache_key(id)).await {
            return Ok(encoded(kept));
        }
        let age = self.cache.age().await;
        let body = velithon::json::to_bytes(&self.find(id).await?)?;
        self.cache.write(cache_key(id), body.clone(), age).await;
        Ok(encoded(body))
    }

    async fn update(&self, id: i64, item: Valid<Json<NewProduct>>) -> Result<Json<Product>, ProductError> {
        let NewProduct { name, price, stock } = item.into_inner();
        self.change(id, ProductPatch { name: Some(name), price: Some(price), stock: Some(stock) }).await.map(Json)
    }

    async fn patch(&self, id: i64, change: Valid<Json<ProductPatch>>) -> Result<Json<Product>, ProductError> {
        self.change(id, change.into_inner()).await.map(Json)
    }

    async fn delete(&self, id: i64) -> Result<(), ProductError> {
        let deleted = sqlx::query("DELETE FROM products WHERE id = ?").bind(id).execute(&*self.pool).await;
        self.cache.forget(&cache_key(id)).await;
        match deleted {
            Ok(done) if done.rows_affected() == 0 => Err(ProductError::NotFound { id }),
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(refusal)) if refusal.is_foreign_key_violation() => {
                Err(ProductError::Ordered { id })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Products {
    async fn find(&self, id: i64) -> Result<Product, ProductError> {
        let found = sqlx::query_as("SELECT id, name, price, stock FROM products WHERE id = ?").bind(id);
        found.fetch_optional(&*self.pool).await?.ok_or(ProductError::NotFound { id })
    }

    async fn change(&self, id: i64, change: ProductPatch) -> Result<Product, ProductError> {
        let update = "UPDATE products SET name = coalesce(?, name), price = coalesce(?, price), \
                      stock = coalesce(?, stock) WHERE id = ? RETURNING id, name, price, stock";
        let changed = sqlx::query_as(update).bind(change.name).bind(change.price).bind(change.stock).bind(id);
        let changed = changed.fetch_optional(&*self.pool).await?.ok_or(ProductError::NotFound { id })?;
        self.cache.forget(&cache_key(id)).await;
        Ok(changed)
    }
}

fn encoded(body: Bytes) -> Response {
    ([("content-type", "application/json")], body).into_response()
}
