//! Middleware as a user writes it: which requests it sees, in which order, and what its arguments are.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![forbid(unsafe_code)]

use velithon::prelude::*;

/// The names of the middleware that a request passed, outermost first.
const TRAIL: &str = "x-trail";

async fn mark(name: &'static str, request: Request, next: Next) -> Response {
    let mut reply = next.run(request).await;
    let inner = reply.headers().get(TRAIL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let trail = if inner.is_empty() { name.to_owned() } else { format!("{name} {inner}") };
    reply.headers_mut().insert(TRAIL, trail.parse().unwrap());
    reply
}

mod order {
    use super::*;

    #[middleware(path = "/order", priority = LOGGING)]
    async fn log(request: Request, next: Next) -> Response {
        mark("log", request, next).await
    }

    #[middleware(path = "/order", priority = AUTHENTICATION)]
    async fn authenticate(next: Next, request: Request) -> Response {
        mark("authenticate", request, next).await
    }

    #[middleware(path = "/order", after = [log, authenticate], before = innermost)]
    async fn between(request: Request, next: Next) -> Response {
        mark("between", request, next).await
    }

    #[middleware(path = "/order")]
    async fn innermost(request: Request, next: Next) -> Response {
        mark("innermost", request, next).await
    }

    /// A band of this crate's own, and one that hides one of velithon's.
    const OUTERMOST: i32 = 40;
    const SECURITY: i32 = 41;

    #[middleware(path = "/order", priority = OUTERMOST)]
    async fn outermost(request: Request, next: Next) -> Response {
        mark("outermost", request, next).await
    }

    #[middleware(path = "/order", priority = SECURITY + 1)]
    async fn second(request: Request, next: Next) -> Response {
        mark("second", request, next).await
    }

    #[middleware(path = "/order", priority = 42, after = second)]
    async fn third(request: Request, next: Next) -> Response {
        mark("third", request, next).await
    }

    #[get("/order")]
    async fn handler() {}

    #[velithon::test]
    async fn priorities_and_rules_make_the_order(app: TestApp) {
        let app = app.start().await;
        let expected = "outermost second third authenticate log between innermost";
        app.get("/order").send().await.assert_status(200).assert_header(TRAIL, expected);
    }
}

mod choice {
    use super::*;

    #[middleware(path = ["/choice/**", "/chosen"], except = "/choice/not", methods = [GET, DELETE])]
    async fn chosen(request: Request, next: Next) -> Response {
        mark("chosen", request, next).await
    }

    #[route("/choice/{name}", methods = [GET, POST, DELETE])]
    async fn handler(name: String) -> String {
        name
    }

    #[velithon::test]
    async fn paths_and_methods_choose_the_requests(app: TestApp) {
        let app = app.start().await;
        let trail =
            async |request: velithon::testing::TestRequest| request.send().await.header(TRAIL).map(str::to_owned);
        assert_eq!(trail(app.get("/choice/x")).await.as_deref(), Some("chosen"));
        assert_eq!(trail(app.delete("/choice/x")).await.as_deref(), Some("chosen"));
        assert_eq!(trail(app.head("/choice/x")).await.as_deref(), Some("chosen"), "a HEAD runs the handler of GET");
        assert_eq!(trail(app.post("/choice/x")).await, None);
        assert_eq!(trail(app.get("/choice/not")).await, None);
        assert_eq!(trail(app.get("/order")).await.as_deref().map(|all| all.contains("chosen")), Some(false));
    }

    #[velithon::test]
    async fn a_path_without_a_route_has_its_middleware_too(app: TestApp) {
        let app = app.start().await;
        app.get("/chosen").send().await.assert_status(404).assert_header(TRAIL, "chosen");
    }
}

mod arguments {
    use super::*;
    use axum::extract::{ConnectInfo, Query};
    use http::{HeaderMap, Method};
    use std::net::SocketAddr;

    #[config("words")]
    #[derive(serde::Deserialize)]
    struct Settings {
        #[serde(default = "hello")]
        first: String,
    }

    fn hello() -> String {
        "hello".to_owned()
    }

    #[inject]
    struct Words {
        settings: Config<Settings>,
    }

    trait Voice: Send + Sync {
        fn loud(&self, word: &str) -> String;
    }

    #[inject(as = dyn Voice)]
    #[derive(Debug)]
    struct Capitals;

    impl Voice for Capitals {
        fn loud(&self, word: &str) -> String {
            word.to_uppercase()
        }
    }

    #[derive(serde::Deserialize)]
    struct Page {
        page: u32,
    }

    type Renamed<T> = Inject<T>;

    #[middleware(path = "/arguments")]
    #[expect(clippy::too_many_arguments, reason = "one of each kind")]
    async fn many(
        Query(query): Query<Page>,
        words: Inject<Words>,
        voice: Inject<dyn Voice>,
        next: Next,
        method: Method,
        renamed: Renamed<Words>,
        lazy: Lazy<Words>,
        factory: Factory<Words>,
        settings: Config<Settings>,
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        mut request: Request,
        headers: HeaderMap,
    ) -> velithon::Result<Response> {
        for words in [words, renamed, lazy.get().await?, factory.create().await?] {
            assert_eq!(words.settings.first, settings.first);
        }
        let asked = headers.get("x-asked").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = format!("{method} {} {} {} {asked}", voice.loud(&settings.first), query.page, peer.ip());
        request.extensions_mut().insert(text);
        Ok(next.run(request).await)
    }

    #[post("/arguments")]
    async fn handler(axum::Extension(text): axum::Extension<String>, body: String) -> String {
        format!("{text} {body}")
    }

    #[velithon::test]
    async fn arguments_stand_in_any_order_and_the_body_is_left_to_the_handler(app: TestApp) {
        let app = app.start().await;
        let reply = app.post("/arguments?page=3").header("x-asked", "why").body("the body").send().await;
        assert_eq!(reply.assert_status(200).text(), "POST HELLO 3 127.0.0.1 why the body");
    }

    #[velithon::test]
    async fn an_extractor_that_refuses_answers_in_its_place(app: TestApp) {
        let app = app.start().await;
        app.post("/arguments?page=three").send().await.assert_status(400).assert_problem("Bad Request");
    }
}

/// A value of one request, shared by its middleware and its handler.
mod scope {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[inject]
    #[derive(Debug)]
    struct Ends {
        #[inject(default)]
        seen: Arc<Mutex<Vec<String>>>,
    }

    #[inject(request)]
    #[derive(Debug)]
    struct Unit {
        ends: Inject<Ends>,
        #[inject(default)]
        log: Mutex<Vec<&'static str>>,
    }

    impl Finish for Unit {
        async fn finish(&self, outcome: Outcome) -> Result<()> {
            let log = self.log.lock().unwrap().join(" ");
            self.ends.seen.lock().unwrap().push(format!("{log} {}", outcome.is_success()));
            Ok(())
        }
    }

    #[middleware(path = "/scope/*")]
    async fn opens(request: Request, next: Next, unit: Inject<Unit>) -> Response {
        unit.log.lock().unwrap().push("middleware");
        let reply = next.run(request).await;
        unit.log.lock().unwrap().push("after");
        reply
    }

    #[get("/scope/{name}")]
    async fn handler(name: String, unit: Inject<Unit>) -> String {
        unit.log.lock().unwrap().push("handler");
        name
    }

    #[velithon::test]
    async fn a_request_has_one_value_and_ends_it_once(app: TestApp) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let app = app.with::<Ends>(Ends { seen: Arc::clone(&seen) }).start().await;
        app.get("/scope/a").send().await.assert_status(200);
        app.get("/scope/b").send().await.assert_status(200);
        assert_eq!(*seen.lock().unwrap(), ["middleware handler after true"; 2]);
    }
}

/// Functions without `Next`: called once, they return a layer of tower's.
mod layers {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use tower_http::set_header::SetResponseHeaderLayer;

    #[config("layers")]
    #[derive(serde::Deserialize)]
    struct Settings {
        #[serde(default)]
        value: String,
    }

    const FIELD: HeaderName = HeaderName::from_static("x-layer");

    #[middleware(path = "/layers/plain", priority = CORS)]
    fn plain() -> SetResponseHeaderLayer<HeaderValue> {
        SetResponseHeaderLayer::overriding(FIELD, HeaderValue::from_static("plain"))
    }

    #[middleware(path = "/layers/set", priority = CORS)]
    async fn configured(settings: Config<Settings>) -> Result<SetResponseHeaderLayer<HeaderValue>> {
        let value = HeaderValue::from_str(&settings.value)?;
        Ok(SetResponseHeaderLayer::overriding(FIELD, value))
    }

    #[middleware(path = "/layers/unnamed", priority = CORS)]
    fn unnamed() -> impl tower::Layer<
        velithon::middleware::Rest,
        Service = tower_http::set_header::SetResponseHeader<velithon::middleware::Rest, HeaderValue>,
    > {
        plain()
    }

    #[get("/layers/{name}")]
    async fn handler(name: String) -> String {
        name
    }

    #[velithon::test]
    async fn a_layer_stands_around_the_routes_it_is_for(app: TestApp) {
        let app = app.set("layers.value", "set").start().await;
        for name in ["plain", "set"] {
            let reply = app.get(&format!("/layers/{name}")).send().await;
            assert_eq!(reply.assert_status(200).assert_header("x-layer", name).text(), name);
        }
        app.get("/layers/unnamed").send().await.assert_header("x-layer", "plain");
        assert_eq!(app.get("/layers/none").send().await.header("x-layer"), None);
    }

    #[velithon::test]
    async fn a_layer_that_cannot_be_made_stops_the_start(app: TestApp) {
        let failure = app.set("layers.value", "\n").try_start().await.unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert!(failure.to_string().contains("configured"), "{failure}");
    }
}

mod conditions {
    use super::*;

    #[middleware(path = "/conditions", when = "features.audit")]
    async fn audit(request: Request, next: Next) -> Response {
        mark("audit", request, next).await
    }

    #[get("/conditions")]
    async fn handler() {}

    #[velithon::test]
    async fn a_false_condition_leaves_it_out(app: TestApp) {
        assert_eq!(app.start().await.get("/conditions").send().await.header(TRAIL), None);
    }

    #[velithon::test]
    async fn a_true_condition_lets_it_in(app: TestApp) {
        let app = app.set("features.audit", true).start().await;
        app.get("/conditions").send().await.assert_header(TRAIL, "audit");
    }
}

mod replies {
    use super::*;

    #[middleware(path = "/replies/teapot")]
    async fn teapot(_request: Request, _next: Next) -> impl IntoResponse {
        (StatusCode::IM_A_TEAPOT, "short and stout")
    }

    #[middleware(path = "/replies/fault")]
    async fn fails(_: Request, _: Next) -> Result<StatusCode> {
        Err(Problem::new(StatusCode::CONFLICT).title("not now").into())
    }

    #[middleware(path = "/replies/panic")]
    async fn panics(_: Request, _: Next) -> StatusCode {
        panic!("as it should")
    }

    #[get("/replies/{kind}")]
    async fn handler(kind: String) -> String {
        kind
    }

    #[velithon::test]
    async fn a_middleware_may_answer_by_itself(app: TestApp) {
        let app = app.start().await;
        assert_eq!(app.get("/replies/teapot").send().await.assert_status(418).text(), "short and stout");
        app.get("/replies/fault").send().await.assert_status(409).assert_problem("not now");
        app.get("/replies/panic").send().await.assert_status(500);
        assert_eq!(app.get("/replies/plain").send().await.assert_status(200).text(), "plain");
    }
}

/// Names that the expansions use themselves.
mod laziness {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    static HANDLED: AtomicU32 = AtomicU32::new(0);

    #[middleware(path = "/lazy/*")]
    async fn maybe(request: Request, next: Next) -> Response {
        let awaited = request.uri().path() == "/lazy/awaited";
        let rest = next.run(request);
        if awaited { rest.await } else { "instead".into_response() }
    }

    /// Waits for nothing: it would be done before the future of the chain is there.
    #[get("/lazy/{name}")]
    fn handler(name: String) -> String {
        HANDLED.fetch_add(1, Ordering::SeqCst);
        name
    }

    #[velithon::test]
    async fn a_chain_that_is_not_awaited_does_nothing(app: TestApp) {
        let app = app.start().await;
        assert_eq!(app.get("/lazy/dropped").send().await.text(), "instead");
        assert_eq!(HANDLED.load(Ordering::SeqCst), 0);
        assert_eq!(app.get("/lazy/awaited").send().await.text(), "awaited");
        assert_eq!(HANDLED.load(Ordering::SeqCst), 1);
    }
}

mod hygiene {
    use super::*;

    #[middleware(path = "/hygiene/request")]
    pub(crate) async fn request(next: Request, request: Next) -> Response {
        mark("request", next, request).await
    }

    #[middleware(path = "/hygiene/next", after = request)]
    async fn next(entry: Request, argument_0: Next, method: http::Method) -> Response {
        assert_eq!(method, http::Method::GET);
        mark("next", entry, argument_0).await
    }

    /// Old.
    #[deprecated]
    #[middleware(path = "/hygiene/{*rest}", when = "!features.off")]
    #[cfg(any())]
    async fn absent(request: Request, next: Next) -> Response {
        mark("absent", request, next).await
    }

    #[get("/hygiene/{name}")]
    async fn handler(name: String) -> String {
        name
    }

    #[velithon::test]
    async fn a_middleware_may_have_any_name(app: TestApp) {
        let app = app.start().await;
        app.get("/hygiene/request").send().await.assert_header(TRAIL, "request");
        app.get("/hygiene/next").send().await.assert_header(TRAIL, "next");
    }
}
