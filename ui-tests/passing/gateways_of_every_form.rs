//! Upstreams and gateways in the forms of the guide, under every lint that a user may turn on.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, unused_qualifications)]
#![forbid(unsafe_code)]

use velithon::gateway::{Balance, Client, Forward, GatewayError, Outcome, TargetInfo, Targets, Transform, forward_to};
use velithon::prelude::*;

/// Chooses the first target there is.
#[inject]
#[derive(Debug, Default)]
pub struct First;

impl Balance for First {
    fn pick(&self, targets: &Targets<'_>, _: &velithon::http::request::Parts) -> Option<usize> {
        targets.iter().next().map(|_| 0)
    }
}

fn by_tenant(targets: &Targets<'_>, head: &velithon::http::request::Parts) -> Option<usize> {
    head.headers.get("x-tenant").map(|tenant| tenant.len() % targets.iter().len())
}

/// Changes nothing.
#[inject]
#[derive(Debug, Default)]
pub struct Redact;

impl Transform for Redact {}

async fn check_ledger(target: TargetInfo) -> Result<()> {
    let _ = target.url;
    Ok(())
}

fn refused_politely(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused)
}

#[upstream(
    targets = ["http://10.0.0.1:8080", "http://10.0.0.2:8080; weight=3", "http://10.0.0.9:8080; backup"],
    balance = "p2c",
    health = "/health",
    timeout(connect = "2s", first_byte = "30s", total = "off"),
    retries = 2,
    breaker = "default",
)]
struct Payments;

/// The same, in detail, with parts of the user's own.
#[upstream(
    targets = ["https://[fd00::1]", "https://payments.example:8443/"],
    balance = First,
    health = check_ledger,
    breaker(ratio = "50%", min = 20, window = "10s", open = "5s..60s", probes = 3, successes = 2, count_500),
    retry_if = refused_politely,
    retries(count = 3, status = [502, 503]),
    retry_budget(ratio = "20%", per_second = 10),
    pool(connections = 512, idle = 64, idle_timeout = "4s", age = "5m", requests = 10_000),
    slow_start = "30s",
    max_in_flight = 1024,
    queue = 128,
    queue_timeout = "1s",
    http = "h2",
    tls(ca = "ca.pem", sni = "payments.example"),
    name = "payments_two",
)]
#[derive(Debug)]
pub struct PaymentsV2;

#[upstream(
    targets = ["http://shadow:8080"],
    balance = "hash(header x-tenant)",
    health(path = "/up", every = "5s", timeout = "1s", expect = 204, up = 1, down = 2),
)]
struct Shadow;

#[upstream(discover = "dns:users.svc.local:8080", balance = "sticky(cookie)")]
struct Discovered;

#[upstream(targets = ["http://10.0.0.1"], balance = by_tenant)]
struct ByFunction;

#[upstream]
struct OnlyInConfiguration;

#[gateway("/pay", upstream = Payments, strip_prefix, methods = [GET, POST], tags = ["pay"],
          request(set("x-tenant", "{header.host}"), remove("x-internal"), query_remove("debug")),
          response(remove("server"), rewrite_location), split(PaymentsV2 = "5%", if_header = "x-beta: 1"), mirror(Shadow = "1%"))]
struct PayRoute;

mod upstreams {
    #[velithon::upstream(targets = ["http://ledger:8080"])]
    pub(crate) struct Ledger;
}

/// Every key there is.
#[gateway(
    "/{tenant}/pay",
    upstream = upstreams::Ledger,
    rewrite = "/{tenant}/v1/{path}",
    timeout(first_byte = "2s"),
    retries = 0,
    body_limit = "10MiB",
    body_json(max = "1MiB", with = without_card),
    request(
        append("x-tag", "{uuid}"),
        set("x-id", "{request_id}"),
        query_set("tenant", "{path.tenant}"),
        path_regex("^/(v[0-9]+)/(.*)$", "/$2"),
    ),
    response(set("cache-control", "no-store"), body_json(with = without_card)),
    split(PaymentsV2 = "0.5%", key = "cookie id", if_cookie = "beta"),
    forwarded,
    host = "payments.example:8443",
    encoded_slash = "reject",
    transform = Redact,
    when = "features.pay",
    name = "pay_by_tenant",
)]
#[derive(Debug)]
pub struct TenantRoute;

fn without_card(body: &mut serde_json::Value) -> Result<()> {
    body["card"] = serde_json::Value::Null;
    Ok(())
}

#[gateway("/discovered", upstream = Discovered, preserve_host)]
struct DiscoveredRoute;

#[gateway("/", upstream = OnlyInConfiguration)]
struct Everything;

#[gateway("/ledger/{*path}", upstream = Payments, rewrite = "/internal/{path}")]
async fn ledger(mut forward: Forward<Payments>, first: Inject<First>) -> Result<Response> {
    forward.header("x-first", format!("{:?}", *first)).remove("cookie");
    match forward.send().await {
        Err(GatewayError::CircuitOpen { .. }) => Ok("as of yesterday".into_response()),
        other => Ok(other?),
    }
}

#[gateway("/books/{id}", upstream = upstreams::Ledger, rewrite = "/books", methods = [PUT])]
async fn book(id: u64, forward: Forward<upstreams::Ledger>) -> Result<Response> {
    let _ = id;
    forward.send().await
}

#[get("/raw/{*path}")]
async fn raw(request: Request) -> Result<Response> {
    forward_to("http://api-service:8080", request).await
}

#[get("/both")]
async fn both(payments: Client<Payments>, ledger: Client<upstreams::Ledger>) -> Result<Json<(String, String)>> {
    Ok(Json(try_join!(payments.get("/a").fetch::<String>(), ledger.get("/b").fetch::<String>())?))
}

fn main() {}
