use velithon::prelude::*;

#[inject]
trait Cache {
    fn read(&self, key: &str) -> Option<String>;
}

fn main() {}
