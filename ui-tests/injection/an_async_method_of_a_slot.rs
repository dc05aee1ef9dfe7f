use velithon::prelude::*;

#[inject]
trait Cache: Send + Sync {
    async fn read(&self, key: &str) -> Option<String>;
}

fn main() {}
