use velithon::prelude::*;

#[inject(request, transient)]
struct Users;

fn main() {}
