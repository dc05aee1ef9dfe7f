//! The registry by itself, and the page in an application.

use std::collections::HashSet;

use axum::body::Body;
use axum::response::IntoResponse;
use futures_util::FutureExt;
use http::StatusCode;

use super::encode::Format;
use super::{Metrics, guard};
use crate::app::trial::through;
use crate::app::trial::{Log, NEIGHBOUR, STRANGER, Trial, asked, start, text};
use crate::inject::{Inject, Provide};
use crate::reply::Problem;
use crate::route::params::FromText as _;
use crate::route::{Call, Rejected, served};

const MOUNTED: &[&str] = &["mount.metrics=/metrics"];

fn shown(metrics: &Metrics) -> String {
    metrics.text(Format::OpenMetrics).unwrap()
}

/// The value of a sample, by all that stands before it.
#[track_caller]
fn sample(text: &str, name: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no `{name}` in\n{text}")).parse().unwrap()
}

async fn trial(set: &[&str]) -> Trial {
    start(set, |app| {
        app.get("/users/{id}", |call| through(call, |_| async { Ok("a user".into_response()) }))
            .get("/count", |call| through(call, count))
            .get("/taken", |call| {
                through(call, |_| async { Ok(Problem::conflict("by another").title("seat taken").into_response()) })
            })
            .get("/panic", |call| through(call, |_| async { panic!("on purpose") }))
            .get("/wait", |call| through(call, |_| std::future::pending()))
    })
    .await
    .unwrap()
}

async fn count(call: Call) -> Result<axum::response::Response, Rejected> {
    let metrics: Inject<Metrics> = Inject::from_object(call.resolver().resolve(Metrics::key()).await?);
    (0..=guard::SERIES).for_each(|n| metrics.increment("too.many", [("id", n)]));
    Ok("counted".into_response())
}

#[test]
fn what_is_recorded_is_shown() {
    let metrics = Metrics::new();
    metrics.increment("user.action", [("action", "buy")]);
    metrics.add("user.action", 2, [("action", String::from("buy"))]);
    metrics.increment("user_action_total", [("action", "sell")]);
    metrics.gauge("active_users", 17);
    metrics.gauge_with("active_users", 2.5, [("plan", "free")]);
    metrics.histogram("purchase.duration", std::time::Duration::from_millis(20));
    metrics.histogram("purchase.duration", 0.2);
    let text = shown(&metrics);
    for (name, value) in [
        ("user_action_total{action=\"buy\"}", 3.0),
        ("user_action_total{action=\"sell\"}", 1.0),
        ("active_users", 17.0),
        ("active_users{plan=\"free\"}", 2.5),
        ("purchase_duration_count", 2.0),
        ("purchase_duration_sum", 0.22),
        ("purchase_duration_bucket{le=\"0.01\"}", 0.0),
        ("purchase_duration_bucket{le=\"0.025\"}", 1.0),
        ("purchase_duration_bucket{le=\"+Inf\"}", 2.0),
    ] {
        assert_eq!(sample(&text, name), value, "{name}");
    }
}

#[test]
fn both_formats_are_well_formed() {
    let metrics = Metrics::new();
    metrics.increment("orders", []);
    metrics.increment("orders", [("note", "a \"quoted\"\nline \\ back")]);
    metrics.gauge("depth", -1);
    metrics.histogram_with("wait", 0.1, [("le", "mine")]);
    for (format, counter) in [(Format::OpenMetrics, "orders"), (Format::Prometheus, "orders_total")] {
        let text = metrics.text(format).unwrap();
        check(&text);
        assert!(text.contains(&format!("\n# TYPE {counter} counter\norders_total 1\n")), "{text}");
        assert!(text.contains(r#"orders_total{note="a \"quoted\"\nline \\ back"} 1"#), "{text}");
        assert_eq!(text.ends_with("# EOF\n"), format == Format::OpenMetrics);
        assert_eq!(text.matches("# EOF").count(), usize::from(format == Format::OpenMetrics));
    }
}

/// Every family once, each sample below its family, no series twice, every number a number.
#[track_caller]
fn check(text: &str) {
    let (mut families, mut series, mut current) = (HashSet::new(), HashSet::new(), String::new());
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            current = described.split(' ').next().unwrap().to_owned();
            assert!(families.insert(current.clone()), "twice: {current}");
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(&current), "{name} below {current}");
            assert!(series.insert(name), "twice: {name}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

#[test]
fn an_unbounded_label_ends_in_one_overflow_series() {
    let (metrics, log) = (Metrics::new(), Log::keep());
    // A fixed pseudo-random sequence without repetition: odd multiples are a permutation.
    for n in 0..100_000u32 {
        metrics.increment("logins", [("user", n.wrapping_mul(2_654_435_761))]);
    }
    let text = shown(&metrics);
    let series: Vec<&str> = text.lines().filter(|line| line.starts_with("logins_total")).collect();
    assert_eq!(series.len(), guard::SERIES + 1);
    let sum: u64 = series.iter().map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 100_000);
    assert_eq!(sample(&text, "logins_total{velithon_overflow=\"true\"}"), 98_000.0);
    let warnings = log.events("velithon::metrics::guard");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["metric"], "logins");
}

#[test]
fn a_series_is_exact_under_many_threads_at_the_limit() {
    let metrics = Metrics::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..3000).for_each(|n| metrics.increment("hits", [("n", n)])));
        }
    });
    let text = shown(&metrics);
    check(&text);
    let samples = text.lines().filter(|line| line.starts_with("hits_total"));
    let sum: u64 = samples.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 12_000);
}

#[test]
fn names_are_bounded_too() {
    let (metrics, log) = (Metrics::new(), Log::keep());
    for n in 0..guard::NAMES + 300 {
        metrics.increment(&format!("name.{n}"), [("n", n)]);
        metrics.histogram(&format!("time.{n}"), 1);
    }
    let text = shown(&metrics);
    check(&text);
    let families = text.lines().filter(|line| line.starts_with("# TYPE name_") || line.starts_with("# TYPE time_"));
    assert_eq!(families.count(), guard::NAMES);
    let beyond = sample(&text, "velithon_overflow_total{velithon_overflow=\"true\"}");
    let kept = text.lines().filter(|line| line.starts_with("name_")).count();
    assert_eq!(beyond + kept as f64, (guard::NAMES + 300) as f64);
    assert_eq!(log.events("velithon::metrics::guard").len(), 1);
}

#[test]
fn the_label_of_the_limit_is_not_two_series() {
    let metrics = Metrics::new();
    (0..guard::SERIES + 5).for_each(|n| metrics.increment("a", [("n", n)]));
    metrics.increment("a", [guard::OVERFLOW]);
    assert_eq!(sample(&shown(&metrics), "a_total{velithon_overflow=\"true\"}"), 6.0);
}

#[test]
fn a_name_keeps_its_kind_and_the_rest_is_told_once() {
    let (metrics, log) = (Metrics::new(), Log::keep());
    metrics.increment("orders", []);
    for _ in 0..3 {
        metrics.gauge("orders", 7);
        metrics.gauge("orders_total", 7);
        metrics.increment("http_server_active_requests", []);
        metrics.gauge("process_open_fds", 1);
    }
    let text = shown(&metrics);
    check(&text);
    assert_eq!(sample(&text, "orders_total"), 1.0);
    let warnings = log.events("velithon::metrics::guard");
    let of = |metric: &str| warnings.iter().filter(|event| event["metric"] == metric).count();
    assert_eq!((warnings.len(), of("orders"), of("orders_total")), (4, 1, 1), "{warnings:?}");
}

#[tokio::test]
async fn a_scrape_ends_with_eof() {
    let app = trial(MOUNTED).await;
    let reply = app.get("/metrics").await;
    assert_eq!(reply.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = text(reply).await;
    check(&text);
    assert!(text.ends_with("\n# EOF\n"));
    assert!(text.contains("velithon_build_info{version="));
}

#[tokio::test]
async fn an_old_scraper_gets_what_it_can_read() {
    let app = trial(MOUNTED).await;
    let mut request = asked("GET", "/metrics");
    request.headers_mut().insert("accept", "text/plain;version=0.0.4".parse().unwrap());
    let reply = app.send(request, NEIGHBOUR).await;
    assert_eq!(reply.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = text(reply).await;
    check(&text);
    assert!(!text.contains("EOF"));
}

#[tokio::test]
async fn metrics_are_not_mounted_unasked() {
    let unasked = trial(&[]).await;
    assert_eq!(unasked.get("/metrics").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(trial(MOUNTED).await.route_count(), unasked.route_count() + 1);
}

#[tokio::test]
async fn main_mounts_them_and_the_configuration_wins() {
    let app = start(&[], |app| app.metrics("/m")).await.unwrap();
    assert_eq!(app.get("/m").await.status(), StatusCode::OK);
    let app = start(&["mount.metrics=/elsewhere"], |app| app.metrics("/m")).await.unwrap();
    assert_eq!(app.get("/m").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.get("/elsewhere").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_path_that_is_none_is_a_fault_where_main_wrote_it() {
    let Err(failure) = start(&[], |app| app.metrics("metrics")).await else { panic!("it is no path") };
    let told = failure.to_string();
    assert!(told.contains("`metrics` is no path") && told.contains("metrics/tests.rs"), "{told}");
}

#[tokio::test]
async fn a_foreign_peer_gets_404() {
    let app = trial(MOUNTED).await;
    let refused = app.send(asked("GET", "/metrics"), STRANGER).await;
    let missing = app.send(asked("GET", "/metricz"), STRANGER).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    assert_eq!(refused.headers(), missing.headers());
    assert_eq!(text(refused).await, text(missing).await.replace("metricz", "metrics"));
}

#[tokio::test]
async fn a_peer_behind_a_proxy_gets_404() {
    let app = trial(MOUNTED).await;
    let mut request = asked("GET", "/metrics");
    request.headers_mut().insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
    assert_eq!(app.send(request, NEIGHBOUR).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_raw_path_is_never_a_label() {
    let app = trial(MOUNTED).await;
    for path in ["/users/anna-secret", "/no/such/anna-secret", "/users/1?anna-secret=1"] {
        text(app.get(path).await).await;
    }
    text(app.send(asked("ANNA-SECRET", "/users/1"), STRANGER).await).await;
    let scraped = app.scrape().await;
    check(&scraped);
    assert!(!scraped.to_lowercase().contains("anna"), "{scraped}");
    assert_eq!(sample(&scraped, &duration("_count", "", "GET", "200", "/users/{id}")), 2.0);
    assert_eq!(sample(&scraped, &duration("_count", "Not Found", "GET", "404", "")), 1.0);
    assert_eq!(sample(&scraped, &duration("_count", "Method Not Allowed", "_OTHER", "405", "/users/{id}")), 1.0);
}

fn duration(suffix: &str, error: &str, method: &str, status: &str, route: &str) -> String {
    format!(
        "http_server_request_duration_seconds{suffix}{{error_type=\"{error}\",http_request_method=\"{method}\",\
         http_response_status_code=\"{status}\",http_route=\"{route}\",url_scheme=\"http\"}}"
    )
}

#[tokio::test]
async fn an_error_is_counted_under_its_title() {
    let app = trial(MOUNTED).await;
    app.get("/taken").await;
    app.get("/panic").await;
    let scraped = app.scrape().await;
    assert_eq!(sample(&scraped, &duration("_count", "seat taken", "GET", "409", "/taken")), 1.0);
    assert_eq!(sample(&scraped, &duration("_count", "Internal Server Error", "GET", "500", "/panic")), 1.0);
}

#[tokio::test]
async fn a_request_is_active_until_its_client_leaves() {
    const ACTIVE: &str = "http_server_active_requests{http_request_method=\"POST\",url_scheme=\"http\"}";
    let app = trial(MOUNTED).await;
    let mut waiting = Box::pin(app.send(asked("POST", "/wait"), STRANGER));
    assert!((&mut waiting).now_or_never().is_none());
    assert_eq!(sample(&app.scrape().await, ACTIVE), 1.0);
    drop(waiting);
    let scraped = app.scrape().await;
    assert_eq!(sample(&scraped, ACTIVE), 0.0);
    assert_eq!(sample(&scraped, &duration("_count", "disconnected", "POST", "", "/wait")), 1.0);
}

#[tokio::test]
async fn bodies_are_measured_by_what_passed() {
    let app = start(MOUNTED, |app| {
        app.get("/echo", |call| {
            through(call, |mut call| async move { Ok(call.take_request().into_body().into_response()) })
        })
    })
    .await
    .unwrap();
    let mut request = asked("POST", "/echo");
    // What a client says of its length is not what it sent.
    request.headers_mut().insert("content-length", "999999999".parse().unwrap());
    *request.body_mut() = Body::from(vec![b'x'; 1000]);
    text(app.send(request, STRANGER).await).await;
    let scraped = app.scrape().await;
    for direction in ["request", "response"] {
        let name = duration("_sum", "", "POST", "200", "/echo")
            .replace("request_duration_seconds", &format!("{direction}_body_size_bytes"));
        assert_eq!(sample(&scraped, &name), 1000.0);
    }
}

#[tokio::test]
async fn a_limit_that_is_reached_in_a_handler_names_its_route() {
    let app = trial(&[]).await;
    let log = Log::keep();
    app.get("/count").await;
    let warnings = log.events("velithon::metrics::guard");
    assert_eq!(warnings.len(), 1);
    assert_eq!((&warnings[0]["metric"], &warnings[0]["route"]), (&"too_many".into(), &"/count".into()));
}

#[tokio::test]
async fn a_limit_that_is_reached_in_a_handler_that_waits_for_nothing_names_its_route() {
    let app = start(&[], |app| {
        app.get("/count", |call| {
            let metrics: Inject<Metrics> = Inject::from_object(call.object_of(0, Metrics::key())?);
            (0..=guard::SERIES).for_each(|n| metrics.increment("too.many", [("id", n)]));
            served("counted".into_response())
        })
    });
    let app = app.await.unwrap();
    let log = Log::keep();
    app.get("/count").await;
    let warnings = log.events("velithon::metrics::guard");
    assert_eq!(warnings.len(), 1);
    assert_eq!((&warnings[0]["metric"], &warnings[0]["route"]), (&"too_many".into(), &"/count".into()));
}

#[tokio::test]
async fn more_combinations_than_places_are_still_counted() {
    let app = start(MOUNTED, |app| {
        app.get("/{status}", |call| {
            through(call, |call| async move {
                let status = call.capture(0, "status", u16::from_text)?;
                Ok(StatusCode::from_u16(status).unwrap().into_response())
            })
        })
    })
    .await
    .unwrap();
    for round in 1..=2u16 {
        for status in 200..=240 {
            app.get(&format!("/{status}")).await;
        }
        let scraped = app.scrape().await;
        for status in 200..=240 {
            let name = duration("_count", "", "GET", &status.to_string(), "/{status}");
            assert_eq!(sample(&scraped, &name), f64::from(round));
        }
    }
}
