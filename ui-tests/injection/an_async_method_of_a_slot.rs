//! One error: those who bind the trait, ask for it and call it are not to blame.

use velithon::prelude::*;

#[inject]
trait Cache: Send + Sync {
    async fn read(&self, key: &str) -> Option<String>;

    fn name(&self) -> &'static str;
}

#[inject(as = dyn Cache)]
#[derive(Default)]
struct Memory;

impl Cache for Memory {
    async fn read(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }

    fn name(&self) -> &'static str {
        "memory"
    }
}

#[inject]
struct Users {
    cache: Inject<dyn Cache>,
}

#[get("/read/{key}")]
async fn read(key: String, users: Inject<Users>, cache: Inject<dyn Cache>) -> String {
    users.cache.read(cache.name()).await.or(cache.read(&key).await).unwrap_or_default()
}

fn main() {}
