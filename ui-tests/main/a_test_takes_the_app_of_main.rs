use velithon::prelude::*;

#[velithon::test]
async fn a_user_is_found(app: App) {
    let _ = app;
}

fn main() {}
