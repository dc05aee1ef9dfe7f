//! What `main` adds by hand, and what one application has to do with another in the same process.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;

use super::App;
use super::plan::Root;
use super::trial::{start, text, through};
use crate::config::Sources;
use crate::inject::Provide;
use crate::reply::Error;

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

#[tokio::test]
async fn one_application_of_a_process_reveals_causes_and_another_does_not() {
    let fails = |app: App| {
        app.get("/fails", |call| {
            through(call, |_| async {
                Err(Error::internal("the disk is full").caused_by(std::io::Error::other("/var/shop")).into())
            })
        })
    };
    let open = start(&["server.reveal_causes=true"], fails).await.unwrap();
    let closed = start(&[], fails).await.unwrap();
    let told: serde_json::Value = serde_json::from_str(&text(open.get("/fails").await).await).unwrap();
    assert_eq!(told["causes"], serde_json::json!(["the disk is full", "/var/shop"]));
    let told: serde_json::Value = serde_json::from_str(&text(closed.get("/fails").await).await).unwrap();
    assert_eq!((&told["causes"], &told["status"]), (&serde_json::Value::Null, &serde_json::json!(500)));
}

async fn failure(set: &[&str], build: impl FnOnce(App) -> App) -> String {
    match start(set, build).await {
        Ok(_) => "it started".to_owned(),
        Err(failure) => failure.to_string(),
    }
}

#[tokio::test]
async fn a_router_mounted_where_none_can_stand_is_a_fault_of_the_plan() {
    let mounted = |paths: &'static [&'static str]| {
        move |app: App| paths.iter().fold(app, |app, path| app.mount(path, Router::new()))
    };
    let told =
        failure(&[], mounted(&["legacy", "", "/files/{*rest}", "/old/:id", "/a//b", "/", "/fine/{tenant}"])).await;
    for path in ["legacy", "", "/files/{*rest}", "/old/:id", "/a//b"] {
        assert!(
            told.contains(&format!("error: no router can be mounted at `{path}`\n  --> velithon/src/app/tests.rs")),
            "{told}"
        );
    }
    assert!(told.contains("because of 5 faults; nothing was bound or built"), "{told}");
}

#[tokio::test]
async fn two_mounted_routers_with_one_route_are_a_fault_of_the_plan() {
    let router = || Router::new().route("/x", get(|| async { "x" }));
    let told = failure(&[], |app| app.mount("/legacy", router()).mount("/legacy", router())).await;
    assert!(told.contains("the router mounted at `/legacy` does not fit beside the others"), "{told}");
}

#[tokio::test]
async fn a_level_that_is_none_is_a_fault_at_its_place() {
    let told = failure(&["log.level=a=b=c"], |app| app).await;
    assert!(told.contains("`log.level` is not accepted\n  --> --set log.level"), "{told}");
    assert!(told.contains("`a=b=c` is no target with its level"), "{told}");
}

#[test]
fn an_application_that_is_never_run_frees_what_it_was_given() {
    let app = App::detached(Root { origin: crate::__origin!(), include: &[] }, &Sources::default());
    let given: crate::inject::Object = Arc::new(7_u8);
    let mut app = app;
    app.additions.given.push((crate::metrics::Metrics::key(), Arc::clone(&given)));
    drop(app);
    assert_eq!(Arc::strong_count(&given), 1);
}
