use velithon::prelude::*;

trait Named {}

#[inject]
trait Cache: Named {}

fn main() {}
