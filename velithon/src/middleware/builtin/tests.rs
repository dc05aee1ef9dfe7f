//! Request ids and the access log in an application.

use axum::body::{Body, Bytes};
use axum::response::IntoResponse;
use futures_util::{FutureExt, StreamExt, stream};
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::app::App;
use crate::app::trial::{Log, NEIGHBOUR, STRANGER, Trial, asked, start, text, through};
use crate::middleware::RequestId;

const LOGGED: &[&str] = &["log.access=true"];

async fn trial(set: &[&str]) -> Trial {
    start(set, routes).await.unwrap()
}

fn routes(app: App) -> App {
    app.get("/users/{id}", |call| through(call, |_| async { Ok("a user".into_response()) }))
        .get("/id", |call| {
            through(call, |call| async move {
                let told = call.headers()["x-request-id"].to_str().unwrap_or_default();
                let extracted = call.parts.extensions.get::<RequestId>().map(ToString::to_string);
                Ok(format!("{told} {}", extracted.unwrap_or_default()).into_response())
            })
        })
        .get("/panic", |call| through(call, |_| async { panic!("on purpose") }))
        .get("/wait", |call| through(call, |_| std::future::pending()))
        .get("/empty", |call| through(call, |_| async { Ok(StatusCode::NO_CONTENT.into_response()) }))
        .get("/stream", |call| {
            let parts = stream::iter(["abc", "de", "f"]).map(|part| Ok::<_, std::io::Error>(Bytes::from(part)));
            through(call, |_| async { Ok(Body::from_stream(parts).into_response()) })
        })
        .get("/broken", |call| {
            let parts = stream::iter([Ok(Bytes::from("abc")), Err(std::io::Error::other("gone"))]);
            through(call, |_| async { Ok(Body::from_stream(parts).into_response()) })
        })
}

/// The access log, less what differs from run to run.
fn lines(log: &Log) -> Vec<Value> {
    let mut events = log.events("velithon::access");
    for event in &mut events {
        let event = event.as_object_mut().unwrap();
        for varying in ["timestamp", "level", "target", "message", "duration_ms", "first_byte_ms", "request_id"] {
            event.remove(varying);
        }
    }
    events
}

fn line(method: &str, route: &str, path: &str, status: u16, bytes: u64) -> Value {
    json!({ "method": method, "route": route, "path": path, "status": status, "bytes": bytes,
            "client": "127.0.0.1", "aborted": false })
}

fn pathless(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("route");
    line
}

#[tokio::test]
async fn the_access_log_has_the_real_status() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let mut lengths = Vec::new();
    for (method, path) in
        [("GET", "/users/7?token=x"), ("GET", "/nowhere"), ("PUT", "/users/7"), ("GET", "/panic"), ("OPTIONS", "/id")]
    {
        lengths.push(text(app.send(asked(method, path), NEIGHBOUR).await).await.len() as u64);
    }
    let expected = [
        line("GET", "/users/{id}", "/users/7?token=***", 200, lengths[0]),
        pathless(line("GET", "", "/nowhere", 404, lengths[1])),
        line("PUT", "/users/{id}", "/users/7", 405, lengths[2]),
        line("GET", "/panic", "/panic", 500, lengths[3]),
        line("OPTIONS", "/id", "/id", 204, 0),
    ];
    assert_eq!(lines(&log), expected);
}

#[tokio::test]
async fn a_client_that_leaves_before_the_reply_is_logged_as_such() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let mut waiting = Box::pin(app.send(asked("GET", "/wait"), STRANGER));
    assert!((&mut waiting).now_or_never().is_none());
    assert_eq!(lines(&log), [] as [Value; 0]);
    drop(waiting);
    let expected = json!({ "method": "GET", "route": "/wait", "path": "/wait", "bytes": 0,
                           "client": "192.0.2.7", "aborted": true });
    assert_eq!(lines(&log), [expected]);
}

#[tokio::test]
async fn a_stream_is_logged_at_its_end_with_what_was_sent() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let mut body = app.get("/stream").await.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(lines(&log), [] as [Value; 0]);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "def");
    assert_eq!(lines(&log), [line("GET", "/stream", "/stream", 200, 6)]);
}

#[tokio::test]
async fn a_stream_whose_client_leaves_is_aborted() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let mut body = app.get("/stream").await.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    let mut expected = line("GET", "/stream", "/stream", 200, 3);
    expected["aborted"] = json!(true);
    assert_eq!(lines(&log), [expected]);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_aborted() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    assert!(app.get("/broken").await.into_body().collect().await.is_err());
    let mut expected = line("GET", "/broken", "/broken", 200, 3);
    expected["aborted"] = json!(true);
    assert_eq!(lines(&log), [expected]);
}

#[tokio::test]
async fn a_reply_without_a_body_is_whole() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    app.send(asked("HEAD", "/users/7"), NEIGHBOUR).await;
    app.get("/empty").await;
    let expected = [line("HEAD", "/users/{id}", "/users/7", 200, 0), line("GET", "/empty", "/empty", 204, 0)];
    assert_eq!(lines(&log), expected);
}

#[tokio::test]
async fn a_status_that_the_error_hook_chose_is_the_one_logged() {
    let app =
        start(LOGGED, |app| routes(app).on_error(|_, _| (StatusCode::IM_A_TEAPOT, "short and stout").into_response()));
    let (app, log) = (app.await.unwrap(), Log::keep());
    text(app.get("/nowhere").await).await;
    assert_eq!(lines(&log), [pathless(line("GET", "", "/nowhere", 418, 15))]);
}

#[tokio::test]
async fn a_newline_in_a_path_cannot_forge_a_line() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let mut request = asked("GET", "/users/a%0A%7B%22target%22:%22velithon::access%22%7D%0A?b%0D%0A=c");
    request.headers_mut().insert("x-request-id", http::HeaderValue::from_bytes(b"id\"\xc2\x85,\"status\":1").unwrap());
    request.headers_mut().insert("user-agent", "planted-agent".parse().unwrap());
    request.headers_mut().insert("cookie", "planted=cookie".parse().unwrap());
    app.send(request, NEIGHBOUR).await;
    // Refused, so that the path is logged as it came.
    app.get("/\u{85}\u{2028}\u{9b}31m%0A").await;
    let written = log.text();
    assert_eq!(written.lines().count(), 2, "{written}");
    assert!(!written.contains(|c: char| c.is_control() && c != '\n') && !written.contains('\u{2028}'), "{written}");
    assert!(!written.contains("planted"), "{written}");
    assert_eq!(lines(&log)[1]["path"], r"/\u{85}\u{2028}\u{9b}31m%0A");
}

#[tokio::test]
async fn nothing_is_logged_unasked_and_a_scrape_never() {
    let (app, log) = (trial(&[]).await, Log::keep());
    app.get("/users/7").await;
    let app = trial(&["log.access=true", "mount.metrics=/metrics"]).await;
    app.scrape().await;
    assert_eq!(lines(&log), [] as [Value; 0]);
    app.get("/users/7").await;
    assert_eq!(lines(&log).len(), 1);
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_logged_and_a_spoofed_one_is_not() {
    let mut clients = Vec::new();
    for set in [LOGGED, &["log.access=true", r#"server.trusted_proxies=["192.0.2.0/24"]"#]] {
        let (app, log) = (trial(set).await, Log::keep());
        let mut request = asked("GET", "/users/7");
        request.headers_mut().insert("x-forwarded-for", "198.51.100.4".parse().unwrap());
        app.send(request, STRANGER).await;
        clients.push(lines(&log)[0]["client"].clone());
    }
    assert_eq!(clients, ["192.0.2.7", "198.51.100.4"]);
}

/// The id a reply bears, after a request that brought its own.
async fn answered(set: &[&str], peer: &str) -> String {
    let app = trial(set).await;
    let mut request = asked("GET", "/id");
    request.headers_mut().insert("x-request-id", "mine-1".parse().unwrap());
    let reply = app.send(request, peer).await;
    let id = reply.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(text(reply).await, format!("{id} {id}"), "the handler sees the same id");
    id
}

#[tokio::test]
async fn a_forwarded_request_id_of_a_stranger_is_replaced() {
    let trusting = &["log.request_id=true", r#"server.trusted_proxies=["127.0.0.1"]"#];
    assert_eq!(answered(trusting, NEIGHBOUR).await, "mine-1");
    assert_ne!(answered(trusting, STRANGER).await, "mine-1");
    assert_ne!(answered(&["log.request_id=true"], NEIGHBOUR).await, "mine-1");
}

#[tokio::test]
async fn a_problem_and_its_line_bear_the_same_id() {
    let (app, log) = (trial(LOGGED).await, Log::keep());
    let reply = app.get("/panic").await;
    let id = reply.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Value = serde_json::from_str(&text(reply).await).unwrap();
    assert_eq!(problem["request_id"], id);
    assert_eq!(log.events("velithon::access")[0]["request_id"], id);
}

#[tokio::test]
async fn no_id_is_given_unasked() {
    let quiet = ["log.access=true", "log.request_id=false"];
    for set in [&[] as &[&str], &quiet] {
        assert!(!trial(set).await.get("/users/7").await.headers().contains_key("x-request-id"));
    }
    let app = start(&[], |app| routes(app).request_id()).await.unwrap();
    assert!(app.get("/users/7").await.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn a_middleware_learns_the_template_of_its_route() {
    use crate::middleware::{MiddlewareRecord, Next, Run};
    fn tell(
        request: axum::extract::Request,
        next: Next,
    ) -> crate::inject::BoxFuture<'static, axum::response::Response> {
        let route = next.route().map(str::to_owned);
        Box::pin(async move {
            next.run(request).await;
            format!("{route:?}").into_response()
        })
    }
    let app = start(&[], |app| {
        let mut app = routes(app);
        let run = Run::Function(tell);
        app.additions.middleware.push(MiddlewareRecord { run, ..super::access_log::RECORD });
        app
    });
    let app = app.await.unwrap();
    assert_eq!(text(app.get("/users/7").await).await, "Some(\"/users/{id}\")");
    assert_eq!(text(app.get("/nowhere").await).await, "None");
}

#[tokio::test]
async fn an_unknown_network_is_a_fault_of_the_configuration() {
    let Err(failure) = start(&[r#"server.trusted_proxies=["proxy"]"#], routes).await else {
        panic!("it is no network")
    };
    assert!(failure.to_string().contains("`proxy` is no network"), "{failure}");
}
