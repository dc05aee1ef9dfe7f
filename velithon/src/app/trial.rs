//! An application of a unit test: routes made by hand, peers of any address, and what it logs.

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use tracing::subscriber::DefaultGuard;

use super::log::{Json, JsonFields};
use super::plan::Root;
use super::server::Address;
use super::{App, Assembled, Failure};
use crate::config::Sources;
use crate::inject::BoxFuture;
use crate::route::{Call, Endpoint, Rejected, RouteOptions, RouteRecord, dispatch};

/// A peer on the same machine.
pub(crate) const NEIGHBOUR: &str = "127.0.0.1:4000";
/// A peer elsewhere.
pub(crate) const STRANGER: &str = "192.0.2.7:4000";

/// The endpoint of a wrapper that is written out in a test.
pub(crate) fn through<R>(
    call: &mut Call,
    wrapper: impl FnOnce(Call) -> R,
) -> Result<BoxFuture<'static, Response>, Rejected>
where
    R: Future<Output = Result<Response, Rejected>> + Send + 'static,
{
    let running = wrapper(call.detach());
    Ok(Box::pin(async move {
        match running.await {
            Ok(reply) => reply,
            Err(rejected) => rejected.into_reply().await,
        }
    }))
}

pub(crate) struct Trial(Assembled);

/// Plans and builds an application with these keys of configuration.
pub(crate) async fn start(set: &[&str], build: impl FnOnce(App) -> App) -> Result<Trial, Failure> {
    let set = set.iter().map(|set| (*set).to_owned()).collect();
    let sources = Sources { profile: "dev".to_owned(), set, ..Sources::default() };
    let root = Root { origin: crate::__origin!(), include: &[] };
    Ok(Trial(build(App::detached(root, &sources)).assemble().await?))
}

impl App {
    /// Serves `GET` and `POST` of a path, a template.
    pub(crate) fn get(mut self, path: &'static str, call: Endpoint) -> Self {
        self.additions.routes.push(RouteRecord {
            methods: &["GET", "POST"],
            path: Cow::Borrowed(path),
            handler: "trial",
            call,
            dependencies: &[],
            options: RouteOptions::NONE,
            origin: crate::__origin!(),
        });
        self
    }
}

impl Trial {
    pub(crate) async fn send(&self, request: Request, peer: &str) -> Response {
        dispatch(&self.0.live, request, Address::Tcp(peer.parse().unwrap()), None).await
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(asked("GET", path), NEIGHBOUR).await
    }

    /// The text of the metrics at `/metrics`.
    pub(crate) async fn scrape(&self) -> String {
        text(self.get("/metrics").await).await
    }

    pub(crate) fn route_count(&self) -> usize {
        self.0.plan.routes.len()
    }
}

pub(crate) fn asked(method: &str, path: &str) -> Request {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

pub(crate) async fn text(reply: Response) -> String {
    String::from_utf8(to_bytes(reply.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// What this thread logs while it is kept.
pub(crate) struct Log {
    written: Written,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn keep() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt::Subscriber::builder().with_writer(move || writer.clone());
        let subscriber = subscriber.fmt_fields(JsonFields).event_format(Json).finish();
        Self { written, _guard: tracing::subscriber::set_default(subscriber) }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The events of one target.
    pub(crate) fn events(&self, target: &str) -> Vec<serde_json::Value> {
        let text = self.text();
        let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        events.filter(|event| event["target"] == target).collect()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
