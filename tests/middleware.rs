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
    struct Words {
        #[serde(default = "hello")]
        first: String,
    }

    fn hello() -> String {
        "hello".to_owned()
    }

    #[derive(serde::Deserialize)]
    struct Page {
        page: u32,
    }

    type Word<T> = Config<T>;

    #[middleware(path = "/arguments")]
    async fn many(
        Query(query): Query<Page>,
        words: Config<Words>,
        next: Next,
        method: Method,
        renamed: Word<Words>,
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        mut request: Request,
        headers: HeaderMap,
    ) -> velithon::Result<Response> {
        assert_eq!(words.first, renamed.first);
        let asked = headers.get("x-asked").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = format!("{method} {} {} {} {asked}", words.first, query.page, peer.ip());
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
        assert_eq!(reply.assert_status(200).text(), "POST hello 3 127.0.0.1 why the body");
    }

    #[velithon::test]
    async fn an_extractor_that_refuses_answers_in_its_place(app: TestApp) {
        let app = app.start().await;
        app.post("/arguments?page=three").send().await.assert_status(400).assert_problem("Bad Request");
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
