//! Dependencies as a user writes them: built in order, chosen by configuration, ended when their time is over.
//!
//! All modules are one application. Each test gives it a [`Log`] of its own, in which providers write what happens to
//! them.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![forbid(unsafe_code)]

mod forms;
mod scopes;
mod start;
mod traits;

use std::sync::{Arc, Mutex};

use velithon::prelude::*;
use velithon::testing::TestApp;

/// What happened in one test, in order.
#[inject(provided)]
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn write(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The lines that begin with `topic`, less the topic.
    fn about(&self, topic: &str) -> Vec<String> {
        self.lines().iter().filter_map(|line| line.strip_prefix(topic)?.strip_prefix(": ").map(str::to_owned)).collect()
    }
}

/// The application with a log.
fn logged(app: TestApp) -> (TestApp, Log) {
    let log = Log::default();
    (app.with::<Log>(log.clone()), log)
}

#[velithon::test]
async fn a_value_that_main_forgot_is_named(app: TestApp) {
    let failure = app.try_start().await.unwrap_err().to_string();
    for part in ["`Log` is provided by `main`", "main.rs", "app.provide(Log", "nothing was bound or built"] {
        assert!(failure.contains(part), "{part} is not in\n{failure}");
    }
}
