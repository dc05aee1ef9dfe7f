use velithon::prelude::*;

#[inject]
trait Repository<T>: Send + Sync {
    type Key;
    fn find(&self, key: Self::Key) -> Option<T>;
}

fn main() {}
