//! The five forms: an upstream as a type, a prefix without code, a function around it, the primitive, the client.

use serde::Deserialize;

use super::upstream::Upstream;
use crate::gateway::{Client, Forward, GatewayError, forward_to};
use crate::prelude::*;

#[upstream(targets = ["http://127.0.0.1:1"], retries = 0)]
struct FormsOrigin;

#[gateway("/forms/pay", upstream = FormsOrigin, strip_prefix,
    request(set("x-tenant", "{header.host}"), remove("x-internal"), query_remove("debug")), response(remove("server")))]
struct FormsPay;

#[gateway("/forms/ledger/{*path}", upstream = FormsOrigin, rewrite = "/internal/{path}")]
async fn forms_ledger(mut forward: Forward<FormsOrigin>) -> Result<Response> {
    forward.header("x-user-id", 7).remove("cookie").query_set("version", 2);
    match forward.send().await {
        Err(GatewayError::Connect) => Ok("as of yesterday".into_response()),
        other => Ok(other?),
    }
}

#[get("/forms/pay/own")]
async fn forms_own() -> &'static str {
    "own"
}

#[derive(Deserialize, serde::Serialize)]
struct Account {
    name: String,
}

#[get("/forms/me")]
async fn forms_me(users: Client<FormsOrigin>, provided: Inject<FormsService>) -> Result<Json<Account>> {
    let _ = provided.users.get("/elsewhere").fetch::<Account>().await?;
    Ok(Json(users.get("/me").forward_auth().fetch().await?))
}

#[inject]
struct FormsService {
    users: Inject<Client<FormsOrigin>>,
}

#[get("/forms/raw/{*path}")]
async fn forms_raw(request: Request) -> Result<Response> {
    let to = request.headers().get("x-to").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    forward_to(to, request).await
}

async fn start(app: TestApp, upstream: &Upstream) -> crate::testing::TestClient {
    app.set("upstream.forms_origin.targets", upstream.targets()).start().await
}

#[crate::test]
async fn a_prefix_needs_no_code(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    let seen = app.post("/forms/pay/cards?debug=1&a=%2B").header("x-internal", "1").send().await;
    let seen = seen.assert_status(200).text().to_lowercase();
    assert!(seen.starts_with("post /cards?a=%2b http/1.1\r\n"), "{seen}");
    assert!(seen.contains("x-forwarded-prefix: /forms/pay") && !seen.contains("x-internal"), "{seen}");
    assert!(seen.contains(&format!("host: {}", upstream.address)), "{seen}");
}

#[crate::test]
async fn a_handler_below_a_prefix_owns_its_methods_only(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    assert_eq!(app.get("/forms/pay/own").send().await.text(), "own");
    assert!(app.post("/forms/pay/own").send().await.text().starts_with("POST /own HTTP/1.1"));
    app.get("/forms/payx").send().await.assert_status(404);
}

#[crate::test]
async fn a_function_changes_the_request_around_it(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    let seen = app.get("/forms/ledger/a/b%2Fc?x").header("cookie", "a=b").send().await;
    app.get("/forms/ledger").send().await.assert_status(404);
    let seen = seen.text().to_lowercase();
    assert!(seen.contains("x-user-id: 7") && !seen.contains("cookie"), "{seen}");
}

#[crate::test]
async fn a_function_answers_by_itself_when_the_upstream_is_gone(app: TestApp) {
    let app = app.start().await;
    assert_eq!(app.get("/forms/ledger/a").send().await.assert_status(200).text(), "as of yesterday");
    app.get("/forms/pay/a").send().await.assert_status(502);
}

#[crate::test]
async fn a_client_shares_the_connections_of_its_upstream(app: TestApp) {
    let upstream = Upstream::says("HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"name\":\"ada\"}").await;
    let app = start(app, &upstream).await;
    for _ in 0..5 {
        let reply = app.get("/forms/me").send().await;
        assert_eq!(reply.assert_status(200).json::<Account>().name, "ada");
    }
    assert_eq!(upstream.connections(), 1);
}

#[crate::test]
async fn a_url_from_outside_may_not_name_this_machine(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    let reply = app.get("/forms/raw/x").header("x-to", &format!("http://{}", upstream.address)).send().await;
    assert!(reply.assert_status(502).text().contains("ssrf_blocked"));
    assert_eq!(upstream.connections(), 0);
}
