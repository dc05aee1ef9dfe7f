//! Metrics, request ids and the access log as an application writes them.

use velithon::metrics::Metrics;
use velithon::middleware::{RequestId, access_log};
use velithon::prelude::*;
use velithon::testing::TestApp;

/// A service that records, as handlers do.
#[inject]
struct Shop {
    metrics: Inject<Metrics>,
}

impl Shop {
    fn sell(&self, item: &str) {
        self.metrics.increment("items.sold", [("item", item)]);
    }
}

#[post("/buy/{item}")]
async fn buy(item: String, shop: Inject<Shop>, metrics: Inject<Metrics>) -> &'static str {
    shop.sell(&item);
    metrics.gauge("basket", 2);
    metrics.histogram("purchase.duration", 0.2);
    "bought"
}

/// Skips a middleware that most configurations have switched off.
#[get("/quiet", skip = [access_log])]
async fn quiet(id: Option<RequestId>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

#[get("/numbered")]
async fn numbered(id: RequestId) -> String {
    id.to_string()
}

/// Stands beside one of velithon's own.
#[middleware(after = access_log, path = "/quiet")]
async fn stamp(request: Request, next: Next) -> Response {
    let route = next.route().map(str::to_owned);
    let mut reply = next.run(request).await;
    if let Some(value) = route.and_then(|route| route.parse().ok()) {
        reply.headers_mut().insert("x-route", value);
    }
    reply
}

#[velithon::test]
async fn handlers_and_services_record_into_one_registry(app: TestApp) {
    let app = app.configure(|app| app.metrics("/metrics")).start().await;
    for item in ["apple", "apple", "pear"] {
        app.post(&format!("/buy/{item}")).send().await.assert_status(200);
    }
    let reply = app.get("/metrics").send().await;
    let text = reply.assert_status(200).text();
    for line in [
        "items_sold_total{item=\"apple\"} 2",
        "items_sold_total{item=\"pear\"} 1",
        "basket 2.0",
        "purchase_duration_count 3",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
    }
}

#[velithon::test]
async fn a_handler_records_though_nobody_scrapes(app: TestApp) {
    let app = app.start().await;
    app.post("/buy/apple").send().await.assert_status(200);
    app.get("/metrics").send().await.assert_status(404);
}

#[velithon::test]
async fn a_route_may_skip_a_middleware_that_is_switched_off(app: TestApp) {
    let app = app.start().await;
    app.get("/quiet").send().await.assert_status(200).assert_header("x-route", "/quiet");
}

#[velithon::test]
async fn a_handler_sees_the_id_that_its_reply_bears(app: TestApp) {
    let app = app.configure(|app| app.request_id()).start().await;
    for path in ["/numbered", "/quiet"] {
        let reply = app.get(path).send().await;
        assert_eq!(reply.header("x-request-id"), Some(reply.text()));
    }
}

#[velithon::test]
async fn asking_for_an_id_where_there_is_none_is_told_in_the_log_only(app: TestApp) {
    let app = app.start().await;
    let reply = app.get("/numbered").send().await;
    reply.assert_status(500);
    assert!(!reply.text().contains("request_id"), "{}", reply.text());
}
