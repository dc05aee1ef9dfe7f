//! What `main` adds by hand, and what one application has to do with another in the same process.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;

use super::trial::{start, text, through};

#[tokio::test]
async fn a_mounted_router_is_asked_before_a_slash_is_redirected() {
    let router = Router::new().route("/other", get(|| async { "mounted" }));
    let app = start(&["server.redirect_slashes=true"], |app| {
        let app = app.get("/own", |call| through(call, |_| async { Ok("own".into_response()) }));
        app.get("/other/", |call| through(call, |_| async { Ok("other".into_response()) })).mount("/", router)
    });
    let app = app.await.unwrap();
    assert_eq!(text(app.get("/other").await).await, "mounted");
    let moved = app.get("/own/?x=1").await;
    assert_eq!(
        (moved.status(), &moved.headers()["location"]),
        (StatusCode::PERMANENT_REDIRECT, &"/own?x=1".parse().unwrap())
    );
    assert_eq!(app.get("/neither/").await.status(), StatusCode::NOT_FOUND);
}
