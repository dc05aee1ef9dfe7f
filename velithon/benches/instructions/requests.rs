//! One request inside the process, without a connection, beside the same request in axum's router.

use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, Path, State};
use axum::middleware::{Next as AxumNext, from_fn};
use axum::routing::get;
use gungraun::{library_benchmark, library_benchmark_group};
use tokio::runtime::Runtime;
use tower::Service as _;
use velithon::prelude::*;

#[inject]
struct Users {
    #[inject(value = 7)]
    first: u64,
}

#[inject]
struct Clock {
    #[inject(value = 35)]
    now: u64,
}

#[velithon::get("/users/{id}")]
async fn show(id: u64, users: Inject<Users>, clock: Inject<Clock>) -> String {
    (id + users.first + clock.now).to_string()
}

#[velithon::get("/plain")]
async fn plain() -> &'static str {
    "plain"
}

#[inject(request)]
struct Visit {
    #[inject(value = 1)]
    number: u64,
}

impl Finish for Visit {
    async fn finish(&self, _outcome: Outcome) -> Result<()> {
        Ok(())
    }
}

#[velithon::get("/visit")]
async fn visit(visit: Inject<Visit>) -> String {
    visit.number.to_string()
}

#[velithon::get("/chain")]
async fn chain() -> &'static str {
    "chain"
}

#[middleware(path = "/chain")]
async fn inner(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(path = "/chain", before = inner)]
async fn middle(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[middleware(path = "/chain", before = middle)]
async fn outer(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[velithon::get("/json")]
async fn greeting() -> Json<Greeting> {
    Json(Greeting { message: "Hello, World!" })
}

#[derive(serde::Serialize, ToJson)]
struct Greeting {
    message: &'static str,
}

/// Routes that stand beside the measured ones, so that the tables are as large as a small service's.
#[velithon::routes(prefix = "/other")]
mod others {
    use velithon::prelude::*;

    #[get("/a/{id}")]
    async fn a(id: u64) -> String {
        id.to_string()
    }

    #[get("/b/{id}/parts/{part}")]
    async fn b(id: u64, part: u64) -> String {
        (id + part).to_string()
    }

    #[post("/c")]
    async fn c() {}
}

#[derive(Clone)]
struct AxumState {
    users: Arc<Users>,
    clock: Arc<Clock>,
}

impl FromRef<AxumState> for Arc<Users> {
    fn from_ref(state: &AxumState) -> Self {
        Arc::clone(&state.users)
    }
}

impl FromRef<AxumState> for Arc<Clock> {
    fn from_ref(state: &AxumState) -> Self {
        Arc::clone(&state.clock)
    }
}

async fn axum_pass(request: Request, next: AxumNext) -> Response {
    next.run(request).await
}

async fn axum_show(Path(id): Path<u64>, users: State<Arc<Users>>, clock: State<Arc<Clock>>) -> String {
    (id + users.first + clock.now).to_string()
}

/// One service, a request for it, and the runtime that drives both.
struct Bench {
    runtime: Runtime,
    service: Service,
    request: Option<Request>,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

fn request(path: &str) -> Request {
    http::Request::get(path).body(Body::empty()).expect("the path is one")
}

/// Serves once outside of the measurement, so that lazily made tables and thread-locals are there.
fn warm(runtime: Runtime, mut service: Service, path: &str) -> Bench {
    let reply = runtime.block_on(service(request(path)));
    assert_eq!(reply.status(), http::StatusCode::OK);
    Bench { runtime, service, request: Some(request(path)) }
}

fn velithon_app(path: &str) -> Bench {
    let runtime = runtime();
    let root = velithon::__private::Root { origin: velithon::__origin!(), include: &[] };
    let mut service =
        runtime.block_on(velithon::__private::app(root).into_service()).expect("the application is sound");
    let serve = move |request| -> Answer {
        let reply = service.call(request);
        Box::pin(async move {
            match reply.await {
                Ok(reply) => reply,
                Err(never) => match never {},
            }
        })
    };
    warm(runtime, Box::new(serve), path)
}

fn axum_app(path: &str) -> Bench {
    let state = AxumState { users: Arc::new(Users { first: 7 }), clock: Arc::new(Clock { now: 35 }) };
    let chained = get(|| async { "chain" });
    let chained = chained.layer(from_fn(axum_pass)).layer(from_fn(axum_pass)).layer(from_fn(axum_pass));
    let mut router: axum::Router = axum::Router::new()
        .route("/users/{id}", get(axum_show))
        .route("/plain", get(|| async { "plain" }))
        .route("/chain", chained)
        .route("/json", get(|| async { axum::Json(Greeting { message: "Hello, World!" }) }))
        .route("/other/a/{id}", get(|Path(id): Path<u64>| async move { id.to_string() }))
        .route("/other/b/{id}/parts/{part}", get(|Path((a, b)): Path<(u64, u64)>| async move { (a + b).to_string() }))
        .route("/other/c", axum::routing::post(|| async {}))
        .with_state(state);
    let serve = move |request| -> Answer {
        let reply = router.call(request);
        Box::pin(async move {
            match reply.await {
                Ok(reply) => reply,
                Err(never) => match never {},
            }
        })
    };
    warm(runtime(), Box::new(serve), path)
}

/// Both services are called through the same box, which therefore cancels out.
type Service = Box<dyn FnMut(Request) -> Answer>;
type Answer = std::pin::Pin<Box<dyn Future<Output = Response>>>;

#[library_benchmark]
#[bench::two_singletons(velithon_app("/users/1"))]
#[bench::plain(velithon_app("/plain"))]
#[bench::scope_of_a_request(velithon_app("/visit"))]
#[bench::three_middleware(velithon_app("/chain"))]
#[bench::json(velithon_app("/json"))]
fn by_velithon(bench: Bench) -> (Bench, Response) {
    serve_once(bench)
}

#[library_benchmark]
#[bench::two_states(axum_app("/users/1"))]
#[bench::plain(axum_app("/plain"))]
#[bench::three_middleware(axum_app("/chain"))]
#[bench::json(axum_app("/json"))]
fn by_axum(bench: Bench) -> (Bench, Response) {
    serve_once(bench)
}

/// Gives the service back, so that ending it is not part of the measurement.
fn serve_once(mut bench: Bench) -> (Bench, Response) {
    let request = bench.request.take().expect("it is asked once");
    let reply = bench.runtime.block_on((bench.service)(request));
    (bench, reply)
}

library_benchmark_group!(name = serve, benchmarks = [by_velithon, by_axum]);
