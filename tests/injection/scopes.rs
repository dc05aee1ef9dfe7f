//! Who shares a value, and when it ends.

use std::sync::atomic::{AtomicU32, Ordering};

use velithon::prelude::*;
use velithon::testing::TestApp;

use crate::{Log, logged};

#[inject]
struct Counter {
    #[inject(default)]
    count: AtomicU32,
}

#[inject(transient)]
fn ticket(counter: Inject<Counter>) -> u32 {
    counter.count.fetch_add(1, Ordering::Relaxed)
}

#[get("/tickets")]
async fn tickets(first: Inject<ticket>, second: Inject<ticket>, more: Factory<ticket>) -> Result<String> {
    let (third, fourth) = (more.create().await?, more.create().await?);
    Ok(format!("{} {} {} {}", *first, *second, *third, *fourth))
}

struct Late {
    log: Inject<Log>,
}

#[inject]
impl Late {
    async fn new(log: Inject<Log>) -> Result<Self> {
        log.write("late: built");
        Ok(Self { log })
    }
}

#[get("/late")]
async fn late(late: Lazy<Late>) -> Result<&'static str> {
    late.get().await?.log.write("late: used");
    Ok("used")
}

/// Finished first, since it is built last.
#[inject(request)]
struct Outer {
    inner: Inject<Inner>,
    log: Inject<Log>,
}

impl Finish for Outer {
    async fn finish(&self, outcome: Outcome) -> Result<()> {
        let ended = match outcome {
            Outcome::Panicked => "panic".to_owned(),
            outcome => format!("success {}", outcome.is_success()),
        };
        self.log.write(format!("scope: outer finished, {ended}"));
        Ok(())
    }
}

#[inject(request)]
struct Inner {
    log: Inject<Log>,
    #[inject(default)]
    fails: AtomicU32,
}

impl Finish for Inner {
    async fn finish(&self, _: Outcome) -> Result<()> {
        self.log.write("scope: inner finished");
        match self.fails.load(Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(Error::conflict("the transaction was not committed")),
        }
    }
}

/// Request-scoped without an end.
#[inject(request)]
struct Plain(Inject<Inner>);

#[get("/scope/{status}")]
async fn scope(status: u16, outer: Inject<Outer>, inner: Inject<Inner>, plain: Inject<Plain>) -> StatusCode {
    let same = [&*outer.inner, &*plain.0].iter().all(|other| std::ptr::eq(*other, &*inner));
    outer.log.write(format!("scope: handled, same {same}"));
    inner.fails.store(u32::from(status == 299), Ordering::Relaxed);
    StatusCode::from_u16(status).unwrap()
}

#[get("/scope/panic")]
async fn panics(outer: Inject<Outer>) -> StatusCode {
    assert!(outer.log.about("scope").len() > 99, "on purpose");
    StatusCode::OK
}

/// Stands inside of where request-scoped values are finished.
#[middleware(path = "/scope/panic/*")]
async fn forgives(request: Request, next: Next) -> Response {
    let reply = next.run(request).await;
    match reply.status() {
        StatusCode::INTERNAL_SERVER_ERROR => StatusCode::ACCEPTED.into_response(),
        _ => reply,
    }
}

#[get("/scope/panic/forgiven")]
async fn forgiven(outer: Inject<Outer>) -> StatusCode {
    panics(outer).await
}

#[get("/unscoped")]
async fn unscoped() -> &'static str {
    "nothing"
}

#[velithon::test]
async fn a_transient_is_new_for_each_place_that_asks(app: TestApp) {
    let (app, _) = logged(app);
    assert_eq!(app.start().await.get("/tickets").send().await.text(), "0 1 2 3");
}

#[velithon::test]
async fn a_lazy_singleton_is_built_once_and_not_before_its_use(app: TestApp) {
    let (app, log) = logged(app);
    let app = app.start().await;
    assert_eq!(log.about("late"), [""; 0]);
    app.get("/late").send().await.assert_status(200);
    app.get("/late").send().await.assert_status(200);
    assert_eq!(log.about("late"), ["built", "used", "used"]);
}

#[velithon::test]
async fn a_request_shares_its_values_and_ends_them_in_reverse(app: TestApp) {
    let (app, log) = logged(app);
    app.start().await.get("/scope/201").send().await.assert_status(201);
    assert_eq!(log.about("scope"), ["handled, same true", "outer finished, success true", "inner finished"]);
}

#[velithon::test]
async fn the_end_of_a_request_knows_that_it_failed(app: TestApp) {
    let (app, log) = logged(app);
    app.start().await.get("/scope/404").send().await.assert_status(404);
    assert_eq!(log.about("scope")[1], "outer finished, success false");
}

#[velithon::test]
async fn the_end_of_a_request_knows_that_its_handler_panicked(app: TestApp) {
    let (app, log) = logged(app);
    app.start().await.get("/scope/panic").send().await.assert_status(500);
    assert_eq!(log.about("scope"), ["outer finished, panic", "inner finished"]);
}

#[velithon::test]
async fn a_panic_that_a_middleware_replied_to_is_a_reply(app: TestApp) {
    let (app, log) = logged(app);
    app.start().await.get("/scope/panic/forgiven").send().await.assert_status(202);
    assert_eq!(log.about("scope"), ["outer finished, success true", "inner finished"]);
}

#[velithon::test]
async fn an_end_that_fails_replaces_the_reply(app: TestApp) {
    let (app, _) = logged(app);
    let reply = app.start().await.get("/scope/299").send().await;
    assert!(reply.assert_status(409).text().contains("the transaction was not committed"), "{}", reply.text());
}

#[velithon::test]
async fn a_request_that_asks_for_nothing_ends_nothing(app: TestApp) {
    let (app, log) = logged(app);
    app.start().await.get("/unscoped").send().await.assert_status(200);
    assert_eq!(log.about("scope"), [""; 0]);
}
