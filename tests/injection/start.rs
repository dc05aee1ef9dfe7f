//! The order in which singletons are built and stopped, and what a failure says.

use std::time::Duration;

use tokio::sync::Barrier;
use velithon::prelude::*;
use velithon::testing::TestApp;

use crate::{Log, logged};

/// Two providers that can only be built together.
#[inject]
fn meeting() -> Barrier {
    Barrier::new(2)
}

struct Side;

#[inject(when = "features.meeting")]
async fn left(meeting: Inject<meeting>) -> Side {
    meeting.wait().await;
    Side
}

#[inject(when = "features.meeting")]
async fn right(meeting: Inject<meeting>) -> Side {
    meeting.wait().await;
    Side
}

/// Written in the wrong order: what is needed stands last.
#[inject(stop = stop)]
struct Top {
    middle: Inject<Middle>,
    log: Inject<Log>,
}

impl Top {
    fn stop(&self) -> Result<(), &'static str> {
        self.log.write("chain: top stopped");
        let _ = &self.middle;
        Err("too late")
    }
}

struct Middle {
    log: Inject<Log>,
}

#[inject(stop = close)]
impl Middle {
    fn new(log: Inject<Log>, bottom: Inject<bottom>) -> Self {
        log.write(format!("chain: middle built on {}", bottom.name));
        Self { log }
    }

    async fn close(&self) {
        tokio::task::yield_now().await;
        self.log.write("chain: middle stopped");
    }
}

struct Bottom {
    name: &'static str,
    log: Log,
}

impl Bottom {
    async fn end(&self) -> Result<()> {
        self.log.write("chain: bottom stopped");
        Ok(())
    }
}

#[inject(stop = end)]
async fn bottom(log: Inject<Log>) -> Bottom {
    tokio::task::yield_now().await;
    log.write("chain: bottom built");
    Bottom { name: "bottom", log: Log::clone(&log) }
}

#[inject(when = "features.broken")]
async fn broken(middle: Inject<Middle>) -> Result<u8, String> {
    let _ = middle;
    Err("the disk is full".to_owned())
}

#[inject(when = "features.broken")]
fn needs_broken(broken: Inject<broken>) -> u16 {
    u16::from(*broken)
}

#[inject(when = "features.panic")]
fn panics() -> u8 {
    panic!("at the disco")
}

struct Stumbling;

impl Stumbling {
    fn stumble(&self) {
        panic!("on the way out");
    }
}

#[inject(when = "features.stumbles", stop = stumble)]
fn stumbling(middle: Inject<Middle>) -> Stumbling {
    let _ = middle;
    Stumbling
}

#[get("/start")]
async fn index(top: Inject<Top>) -> &'static str {
    let _ = top;
    "started"
}

#[velithon::test]
async fn providers_that_do_not_need_each_other_are_built_at_once(app: TestApp) {
    let (app, _) = logged(app);
    let starting = app.set("features.meeting", true).start();
    assert!(tokio::time::timeout(Duration::from_secs(20), starting).await.is_ok(), "one waits for the other");
}

#[velithon::test]
async fn a_provider_is_built_after_what_it_needs_and_stopped_before_it(app: TestApp) {
    let (app, log) = logged(app);
    let app = app.start().await;
    assert_eq!(log.about("chain"), ["bottom built", "middle built on bottom"]);
    app.shutdown().await;
    assert_eq!(log.about("chain")[2..], ["top stopped", "middle stopped", "bottom stopped"]);
}

#[velithon::test]
async fn a_stop_that_panics_keeps_no_other_from_its_end(app: TestApp) {
    let (app, log) = logged(app);
    app.set("features.stumbles", true).start().await.shutdown().await;
    assert_eq!(log.about("chain")[2..], ["top stopped", "middle stopped", "bottom stopped"]);
}

#[velithon::test]
async fn a_failure_at_start_names_the_chain_and_stops_what_was_built(app: TestApp) {
    let (app, log) = logged(app);
    let failure = app.set("features.broken", true).try_start().await.unwrap_err().to_string();
    for part in ["the provider `broken` failed", "start.rs", "needs_broken -> broken", "the disk is full"] {
        assert!(failure.contains(part), "{part} is not in\n{failure}");
    }
    let lines = log.about("chain");
    assert_eq!(lines[lines.len() - 2..], ["middle stopped", "bottom stopped"]);
}

#[velithon::test]
async fn a_provider_that_panics_is_a_failure_at_start(app: TestApp) {
    let (app, _) = logged(app);
    let failure = app.set("features.panic", true).try_start().await.unwrap_err().to_string();
    for part in ["the provider `panics` failed", "at the disco"] {
        assert!(failure.contains(part), "{part} is not in\n{failure}");
    }
}
