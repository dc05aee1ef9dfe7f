//! The shop in process, with what it stands on replaced by type.

use bytes::Bytes;
use velithon::prelude::*;

use crate::cache::Cache;

/// A cache that always has the same reply.
struct Stuffed;

#[async_trait]
impl Cache for Stuffed {
    async fn read(&self, _: &str) -> Option<Bytes> {
        Some(Bytes::from_static(b"\"from the cache\""))
    }

    async fn age(&self) -> u64 {
        0
    }

    async fn write(&self, _: String, _: Bytes, _: u64) {}

    async fn forget(&self, _: &str) {}
}

#[velithon::test]
async fn a_product_comes_from_the_cache_when_it_is_there(app: TestApp) {
    let app = app.set("database.url", "sqlite::memory:").with::<dyn Cache>(Stuffed).start().await;
    assert_eq!(app.get("/products/1").send().await.assert_status(200).text(), "\"from the cache\"");
}

#[velithon::test]
async fn a_missing_user_is_a_problem(app: TestApp) {
    let app = app.set("database.url", "sqlite::memory:").start().await;
    app.get("/api/v1/users/7").send().await.assert_status(404).assert_problem("no such user");
}
