use velithon::prelude::*;

#[velithon::test]
fn a_user_is_found(app: TestApp) {
    app.start();
}

fn main() {}
