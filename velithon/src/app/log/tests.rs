//! What the lines of the log hold, and that they are what `tracing-subscriber` would have written.

use std::io;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value, json};
use tracing::{Subscriber, error_span, info, warn};
use tracing_subscriber::fmt::SubscriberBuilder;

use super::compact::Compact;
use super::{Json, JsonFields};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Plain = SubscriberBuilder<
    tracing_subscriber::fmt::format::DefaultFields,
    tracing_subscriber::fmt::format::Format,
    tracing_subscriber::filter::LevelFilter,
    Box<dyn Fn() -> Kept + Send + Sync>,
>;

/// What is written while `act` runs.
fn log<S: Subscriber + Send + Sync>(finish: impl FnOnce(Plain) -> S, act: impl FnOnce()) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let make: Box<dyn Fn() -> Kept + Send + Sync> = Box::new(move || writer.clone());
    let builder = tracing_subscriber::fmt::Subscriber::builder().with_writer(make);
    tracing::subscriber::with_default(finish(builder), act);
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn ours(act: impl FnOnce()) -> String {
    log(|builder| builder.fmt_fields(JsonFields).event_format(Json).finish(), act)
}

fn theirs(act: impl FnOnce()) -> String {
    log(|builder| builder.json().flatten_event(true).with_span_list(false).finish(), act)
}

fn compact(act: impl FnOnce()) -> String {
    log(|builder| builder.with_ansi(false).event_format(Compact).finish(), act)
}

/// The lines, less what the time decides.
fn parsed(text: &str) -> Vec<Value> {
    let line = |line: &str| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let time = event.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert_eq!(time.as_str().unwrap().len(), "2026-11-25T07:01:28.123456Z".len());
        event
    };
    text.lines().map(line).collect()
}

/// One event of every kind of value.
fn every_kind(text: &str, whole: i64, float: f64) {
    let span = error_span!("a \"span\"", id = text, n = whole);
    let _inside = span.enter();
    info!(target: "a::target", text, whole, size = whole.unsigned_abs(), float, yes = whole > 0, r#type = text,
          "odd \" key" = 1, shown = %text, debugged = ?text, wide = i128::from(whole), nothing = None::<u64>, "said {text}");
}

proptest! {
    #[test]
    fn a_line_is_json_and_has_the_fields_it_always_had(
        text in "(?s).{0,40}", whole: i64, float in proptest::num::f64::ANY
    ) {
        let (ours, theirs) = (ours(|| every_kind(&text, whole, float)), theirs(|| every_kind(&text, whole, float)));
        prop_assert_eq!(ours.lines().count(), 1);
        let mut theirs = parsed(&theirs);
        // The library keeps the mark of a raw identifier in events, and drops it in spans.
        let event = theirs[0].as_object_mut().unwrap();
        if let Some(raw) = event.remove("r#type") {
            event.insert("type".to_owned(), raw);
        }
        prop_assert_eq!(parsed(&ours), theirs);
    }
}

#[test]
fn the_fields_of_all_spans_are_in_the_line() {
    let text = ours(|| {
        let outer = error_span!("request", id = "r-1");
        let _outer = outer.enter();
        let inner = error_span!("sale", item = 7);
        let _inner = inner.enter();
        info!("sold");
    });
    let line = &parsed(&text)[0];
    assert_eq!(line["span"], json!({ "name": "sale", "item": 7 }));
    assert_eq!(line["spans"], json!([{ "name": "request", "id": "r-1" }, { "name": "sale", "item": 7 }]));
}

#[test]
fn a_field_that_is_recorded_later_is_there_once() {
    let text = ours(|| {
        let span = error_span!("request", user = tracing::field::Empty, step = 1);
        span.record("user", "a\"da");
        span.record("step", 2);
        let _inside = span.enter();
        info!("asked");
    });
    assert_eq!(text.matches("\"step\"").count(), 1, "{text}");
    assert_eq!(parsed(&text)[0]["span"], json!({ "name": "request", "user": "a\"da", "step": 2 }));
}

#[test]
fn a_value_that_logs_while_it_is_written_spoils_no_line() {
    struct Talks;
    impl std::fmt::Debug for Talks {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let span = error_span!("inner", n = 1);
            drop(span);
            f.write_str("quiet again")
        }
    }
    let text = ours(|| info!(value = ?Talks, "asked"));
    assert_eq!(parsed(&text)[0]["value"], "quiet again");
}

#[test]
fn a_compact_line_reads_from_left_to_right() {
    let text = compact(|| {
        let span = error_span!("request", id = "r-1");
        let _inside = span.enter();
        warn!(target: "shop::orders", item = "nut", left = 2, "sold");
    });
    let (time, rest) = text.split_at("2026-11-25T07:01:28.123456Z".len());
    assert!(time.ends_with('Z'), "{text}");
    assert_eq!(rest, "  WARN request: shop::orders: sold item=\"nut\" left=2 id=\"r-1\"\n");
}

#[test]
fn nothing_steers_a_terminal_or_begins_another_line() {
    let hostile = "a\n2026 INFO forged\x1b[2J\u{9b}31m\r";
    let text = compact(|| info!(shown = %hostile, debugged = ?hostile, plain = hostile, "{}", hostile));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.trim_end_matches('\n').contains(|c: char| c.is_control()), "{text:?}");
}
