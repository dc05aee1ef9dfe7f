//! `#[velithon::test]`, `TestApp` and its client, as a user's own tests meet them.

#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

#[inject]
trait Clock: Send + Sync {
    fn hour(&self) -> u8;
}

/// How often the real clock was built: a test that replaces it must not build it.
static BUILT: AtomicUsize = AtomicUsize::new(0);

#[inject(as = dyn Clock, when = "clock.kind == real")]
struct RealClock {
    #[inject(value = BUILT.fetch_add(1, Ordering::Relaxed))]
    _number: usize,
}

impl Clock for RealClock {
    fn hour(&self) -> u8 {
        7
    }
}

struct Noon;

impl Clock for Noon {
    fn hour(&self) -> u8 {
        12
    }
}

#[config("clock")]
#[derive(Deserialize)]
struct ClockConfig {
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    zone: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Real,
    None,
}

#[get("/hour")]
async fn hour(clock: Inject<dyn Clock>, config: Config<ClockConfig>) -> String {
    let kind = match config.kind {
        Kind::Real => "real",
        Kind::None => "none",
    };
    format!("{} {kind} {}", clock.hour(), config.zone)
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Order {
    item: String,
    count: u32,
}

#[post("/orders/json")]
async fn json(Json(order): Json<Order>) -> Json<Order> {
    Json(order)
}

#[post("/orders/form")]
async fn form(axum::Form(order): axum::Form<Order>) -> Json<Order> {
    Json(order)
}

#[route("/echo", methods = [GET, POST, PUT, PATCH, DELETE])]
async fn echo(request: Request) -> String {
    let headers = request.headers();
    let field = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    format!("{} {} {}", request.method(), field("authorization"), field("content-length"))
}

#[get("/broken")]
async fn broken() -> Result<String> {
    Err(Error::internal("the secret cause"))
}

#[velithon::test]
async fn a_fake_stands_in_for_a_provider_which_is_then_not_built(app: TestApp) {
    let before = BUILT.load(Ordering::Relaxed);
    let app = app.set("clock.kind", "none").with::<dyn Clock>(Noon).start().await;
    assert_eq!(app.get("/hour").send().await.assert_status(200).text(), "12 none ");
    assert_eq!(BUILT.load(Ordering::Relaxed), before);
}

#[velithon::test]
async fn a_test_sets_the_keys_it_is_about(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).set("clock.zone", "utc").start().await;
    assert_eq!(app.get("/hour").send().await.text(), "12 real utc");
}

#[velithon::test]
async fn an_application_that_cannot_start_says_why(app: TestApp) {
    let failure = app.set("clock.kind", "none").try_start().await.unwrap_err();
    assert_eq!(failure.exit_code(), 2);
    assert!(failure.to_string().contains("dyn Clock"), "{failure}");
}

#[velithon::test]
#[should_panic(expected = "the application of this test did not start")]
async fn a_start_that_fails_ends_the_test(app: TestApp) {
    app.set("clock.kind", "sundial").start().await;
}

#[velithon::test]
async fn bodies_are_json_forms_or_bytes(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    let order = Order { item: "tea & milk".to_owned(), count: 2 };
    assert_eq!(app.post("/orders/json").json(&order).send().await.assert_status(200).json::<Order>(), order);
    assert_eq!(app.post("/orders/form").form(&order).send().await.assert_status(200).json::<Order>(), order);
    assert_eq!(app.post("/echo").body("12345").send().await.text(), "POST - 5");
}

#[velithon::test]
async fn each_method_has_its_own_name(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    for request in [app.get("/echo"), app.post("/echo"), app.put("/echo"), app.patch("/echo"), app.delete("/echo")] {
        let method = format!("{request:?}").replace(" /echo", "");
        assert_eq!(request.bearer("t").send().await.text(), format!("{method} Bearer t -"));
    }
    let head = app.head("/hour").send().await;
    assert!(head.assert_status(200).bytes().is_empty());
    app.options("/hour").send().await.assert_status(204).assert_header("allow", "GET, HEAD, OPTIONS");
    app.post("/hour").send().await.assert_status(405);
}

#[velithon::test]
async fn a_fault_of_a_handler_is_a_problem_without_its_cause(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    let reply = app.get("/broken").send().await;
    reply.assert_status(500).assert_problem("Internal Server Error");
    assert!(!reply.text().contains("secret"));
}

#[velithon::test]
#[should_panic(expected = "the reply to `GET /nowhere` has the status 404 Not Found, not 200 OK")]
async fn a_failed_assertion_names_the_request(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    app.get("/nowhere").send().await.assert_status(200);
}

#[velithon::test]
#[should_panic(expected = "`hour` is not the path of a request: it has to start with `/`")]
async fn a_path_without_its_slash(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    let _ = app.get("hour");
}

#[velithon::test]
#[should_panic(expected = "`GET /hour` was sent after the application of this test was shut down")]
async fn nobody_answers_after_the_shutdown(app: TestApp) {
    let app = app.with::<dyn Clock>(Noon).start().await;
    let late = app.get("/hour");
    app.shutdown().await;
    late.send().await;
}

#[velithon::test]
async fn time_stands_still_when_it_is_paused(app: TestApp) -> Result<()> {
    let _app = app.with::<dyn Clock>(Noon).start().await;
    tokio::time::pause();
    tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
    Ok(())
}

#[velithon::test]
async fn what_main_adds_by_hand_can_be_added_to_a_test(app: TestApp) {
    let legacy = axum::Router::new().route("/page", axum::routing::get(|| async { "old" }));
    let app = app.with::<dyn Clock>(Noon).configure(|app| app.mount("/legacy", legacy)).start().await;
    assert_eq!(app.get("/legacy/page").send().await.assert_status(200).text(), "old");
}

/// Singletons of a test end with it, whether or not it says so.
mod ends {
    use super::*;
    use std::sync::Mutex;

    static STOPPED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    #[inject(stop = stop)]
    struct Counted {
        #[inject(value = NEXT.fetch_add(1, Ordering::Relaxed))]
        number: usize,
    }

    impl Counted {
        async fn stop(&self) {
            STOPPED.lock().unwrap().push(self.number);
        }
    }

    #[get("/number")]
    async fn number(counted: Inject<Counted>) -> String {
        counted.number.to_string()
    }

    fn was_stopped(number: &str) -> bool {
        STOPPED.lock().unwrap().contains(&number.parse().unwrap())
    }

    #[velithon::test]
    async fn a_shutdown_stops_the_singletons(app: TestApp) {
        let app = app.with::<dyn Clock>(Noon).start().await;
        let number = app.get("/number").send().await.text().to_owned();
        assert!(!was_stopped(&number));
        let forgotten = app.clone();
        app.shutdown().await;
        assert!(was_stopped(&number));
        drop(forgotten);
    }

    // A test inside a test: the only place from which the end of one can be seen.
    #[test]
    fn the_end_of_a_test_stops_the_singletons_even_when_it_panics() {
        static NUMBER: Mutex<String> = Mutex::new(String::new());
        let panicked = std::panic::catch_unwind(|| {
            let root = velithon::__private::Root { origin: velithon::__origin!(), include: &[] };
            velithon::__private::test(root, |app| async {
                let app = app.with::<dyn Clock>(Noon).start().await;
                *NUMBER.lock().unwrap() = app.get("/number").send().await.text().to_owned();
                panic!("as it should");
            })
        });
        assert!(panicked.is_err());
        assert!(was_stopped(&NUMBER.lock().unwrap()));
    }
}
