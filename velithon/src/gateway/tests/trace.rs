//! Spans of attempts as a subscriber sees them, and what the upstream is told of them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::format::FmtSpan;

use super::upstream::Upstream;
use crate::prelude::*;
use crate::testing::TestClient;

#[upstream(targets = ["http://127.0.0.1:1"], balance = "round_robin")]
struct TracedOrigin;

#[gateway("/traced", upstream = TracedOrigin, strip_prefix)]
struct Traced;

const CAME: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// What a subscriber has written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Every attempt that has ended, with its fields.
    fn attempts(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap().clone();
        let lines = String::from_utf8(bytes).unwrap();
        let ended = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["span"].take());
        ended.filter(|span| span["name"] == "attempt").collect()
    }
}

/// Sends a request with these fields while spans are recorded; gives what the upstream saw, and the spans.
async fn recorded(app: &TestClient, fields: &[(&str, &str)]) -> (String, Vec<Value>) {
    let written = Written::default();
    let writer = written.clone();
    let builder = tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG);
    let subscriber = builder.with_span_events(FmtSpan::CLOSE).with_writer(move || writer.clone()).finish();
    let request = fields.iter().fold(app.get("/traced/x"), |request, (name, value)| request.header(*name, *value));
    let reply = async { request.send().await.assert_status(200).text().to_owned() };
    (reply.with_subscriber(subscriber).await, written.attempts())
}

fn field<'s>(seen: &'s str, name: &str) -> Option<&'s str> {
    seen.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[crate::test]
async fn an_attempt_is_a_span_in_the_trace_of_the_client(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = app.set("upstream.traced_origin.targets", upstream.targets()).start().await;
    let (seen, spans) = recorded(&app, &[("traceparent", CAME), ("tracestate", "vendor=1")]).await;
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(span["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(span["parent_id"], "00f067aa0ba902b7");
    assert_eq!(span["upstream"], "traced_origin");
    assert_eq!(span["server.port"], u64::from(upstream.address.port()));
    assert_eq!(span["http.request.method"], "GET");
    assert_eq!(span["http.response.status_code"], 200);
    let told = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", span["span_id"].as_str().unwrap());
    assert_eq!(field(&seen, "traceparent"), Some(&*told));
    assert_eq!(field(&seen, "tracestate"), Some("vendor=1"));
}

#[crate::test]
async fn each_attempt_is_a_span_of_its_own(app: TestApp) {
    let (dead, upstream) = (Upstream::start(|_| async {}).await, Upstream::echo().await);
    let targets = format!("[\"http://{}\", \"http://{}\"]", dead.address, upstream.address);
    let app = app.set("upstream.traced_origin.targets", targets).start().await;
    let (seen, spans) = recorded(&app, &[("traceparent", CAME)]).await;
    let [first, second] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(first["error.type"], "reset");
    assert_eq!((&second["http.request.resend_count"], &second["http.response.status_code"]), (&1.into(), &200.into()));
    assert_eq!(first["parent_id"], second["parent_id"]);
    assert_ne!(first["span_id"], second["span_id"]);
    assert!(field(&seen, "traceparent").unwrap().contains(second["span_id"].as_str().unwrap()));
}

#[crate::test]
async fn a_request_without_a_trace_begins_one(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = app.set("upstream.traced_origin.targets", upstream.targets()).start().await;
    for fields in [&[][..], &[("traceparent", "nonsense"), ("tracestate", "vendor=1")]] {
        let (seen, spans) = recorded(&app, fields).await;
        let (trace, span) = (spans[0]["trace_id"].as_str().unwrap(), spans[0]["span_id"].as_str().unwrap());
        assert_eq!(field(&seen, "traceparent"), Some(&*format!("00-{trace}-{span}-01")));
        assert_eq!((spans[0].get("parent_id"), field(&seen, "tracestate")), (None, None));
    }
}

#[crate::test]
async fn what_nobody_records_passes_as_it_came(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = app.set("upstream.traced_origin.targets", upstream.targets()).start().await;
    for came in [CAME, "of a later standard"] {
        let request = app.get("/traced/x").header("traceparent", came).header("tracestate", "vendor=1");
        let seen = request.send().await.assert_status(200).text().to_owned();
        assert_eq!((field(&seen, "traceparent"), field(&seen, "tracestate")), (Some(came), Some("vendor=1")));
    }
    assert_eq!(field(app.get("/traced/x").send().await.text(), "traceparent"), None);
}
