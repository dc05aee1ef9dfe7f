use velithon::prelude::*;

#[inject]
struct Repository<T> {
    #[inject(default)]
    rows: Vec<T>,
}

#[inject]
fn rows<T>() -> Vec<u8> {
    Vec::new()
}

struct Cursor<'a>(&'a str);

#[inject]
impl<'a> Cursor<'a> {
    fn new() -> Self {
        Self("")
    }
}

fn main() {}
