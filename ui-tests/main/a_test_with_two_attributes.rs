use velithon::prelude::*;

#[velithon::test]
#[test]
async fn a_user_is_found(app: TestApp) {
    app.start().await;
}

fn main() {}
