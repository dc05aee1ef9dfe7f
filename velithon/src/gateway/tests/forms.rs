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

#[get("/forms/patient")]
async fn forms_patient(users: Client<FormsOrigin>) -> Result<Response> {
    Ok(users.get("/slow").timeout(std::time::Duration::from_secs(60)).send().await?)
}

#[crate::test]
async fn a_client_waits_no_longer_than_the_caller_of_its_handler_does(app: TestApp) {
    let upstream = Upstream::start(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    });
    let app = start(app, &upstream.await).await;
    let call = app.get("/forms/patient").header("content-type", "application/grpc").header("grpc-timeout", "100m");
    assert!(call.send().await.assert_status(504).text().contains("\"reason\":\"total\""));
}

#[crate::test]
async fn a_url_from_outside_may_not_name_this_machine(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    let reply = app.get("/forms/raw/x").header("x-to", format!("http://{}", upstream.address)).send().await;
    assert!(reply.assert_status(502).text().contains("ssrf_blocked"));
    assert_eq!(upstream.connections(), 0);
}

/// Always the last of those that may be chosen.
#[inject]
#[derive(Default)]
struct Last;

impl crate::gateway::Balance for Last {
    fn pick(&self, targets: &crate::gateway::Targets<'_>, _: &http::request::Parts) -> Option<usize> {
        targets.iter().len().checked_sub(1)
    }
}

#[upstream(targets = ["http://127.0.0.1:1", "http://127.0.0.1:2"], balance = Last, retries = 0)]
struct FormsBalanced;

#[gateway("/forms/balanced", upstream = FormsBalanced, split(FormsOrigin = "0%", if_header = "x-beta: 1"))]
struct FormsByTenant;

#[crate::test]
async fn a_balance_of_ones_own_is_asked_for_every_request(app: TestApp) {
    let (one, two) = (Upstream::echo().await, Upstream::echo().await);
    let targets = format!("[\"http://{}\", \"http://{}\"]", one.address, two.address);
    let app = app.set("upstream.forms_balanced.targets", targets).start().await;
    for _ in 0..4 {
        app.get("/forms/balanced/x").send().await.assert_status(200);
    }
    assert_eq!((one.connections(), two.connections()), (0, 1));
}

fn forms_last(targets: &crate::gateway::Targets<'_>, _: &http::request::Parts) -> Option<usize> {
    targets.iter().len().checked_sub(1)
}

/// Where `forms_directory` says that targets are; the last one first.
static FORMS_TARGETS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

fn forms_directory() -> impl futures_util::Stream<Item = Result<Vec<String>>> {
    let targets = FORMS_TARGETS.lock().unwrap().clone();
    futures_util::stream::iter([Ok(targets)])
}

#[upstream(balance = forms_last, discover = forms_directory, retries = 0)]
struct FormsByFunctions;

#[gateway("/forms/functions", upstream = FormsByFunctions)]
struct FormsOfFunctions;

#[crate::test]
async fn a_function_chooses_targets_and_another_one_says_which_there_are(app: TestApp) {
    let (one, two) = (Upstream::echo().await, Upstream::echo().await);
    *FORMS_TARGETS.lock().unwrap() = [&one, &two].map(|target| format!("http://{}", target.address)).into();
    let app = app.start().await;
    app.get("/forms/functions/x").send().await.assert_status(200);
    assert_eq!((one.connections(), two.connections()), (0, 1));
}

#[crate::test]
async fn a_marked_request_goes_to_the_other_upstream(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = start(app, &upstream).await;
    app.get("/forms/balanced/x").header("x-beta", "1").send().await.assert_status(200);
    app.get("/forms/balanced/x").send().await.assert_status(502);
}

#[crate::test]
async fn what_goes_to_an_upstream_is_counted_under_its_name(app: TestApp) {
    let upstream = Upstream::echo().await;
    let app = app.configure(|app| app.metrics("/metrics"));
    let app = start(app, &upstream).await;
    app.get("/forms/pay/x").send().await.assert_status(200);
    let page = app.get("/metrics").send().await.text().to_owned();
    let wanted = format!("target=\"{}\",upstream=\"forms_origin\"}} 1", upstream.address);
    assert!(
        page.lines().any(|line| line.starts_with("velithon_gateway_requests_total") && line.contains(&wanted)),
        "{page}"
    );
}

#[crate::test]
async fn a_gateway_made_by_hand_is_mounted(app: TestApp) {
    let upstream = Upstream::echo().await;
    let by_hand = crate::gateway::Upstream::builder("by_hand").target(format!("http://{}", upstream.address));
    let gateway = crate::gateway::Gateway::prefix("/by-hand").strip_prefix().to(&by_hand.build().unwrap());
    let app = app.configure(|app| app.mount("/by-hand", gateway)).start().await;
    let seen = app.get("/by-hand/a?b").send().await;
    assert!(seen.assert_status(200).text().starts_with("GET /a?b HTTP/1.1\r\n"), "{}", seen.text());
    assert!(crate::gateway::Upstream::builder("none").target("ftp://a").build().is_err());
}
