//! The service that tests/runtime.rs starts, ends and leaves: handlers that wait, and whoever watches them.

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use tokio::sync::watch;
use velithon::prelude::*;

/// How many requests have entered `/wait`, and how many have left it, by whatever way.
static ENTERED: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::Sender::new(0));
static LEFT: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::Sender::new(0));

struct Presence;

impl Presence {
    fn new() -> Self {
        ENTERED.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        LEFT.send_modify(|count| *count += 1);
    }
}

#[get("/")]
async fn index() -> &'static str {
    "here"
}

/// Never replies.
#[get("/wait")]
async fn wait() {
    let _presence = Presence::new();
    std::future::pending::<()>().await;
}

/// Belongs to one request, and ends when somebody has entered `/wait`.
#[inject(request)]
#[derive(Default)]
struct Visit;

impl Finish for Visit {
    async fn finish(&self, _: Outcome) -> Result<()> {
        eprintln!("a visit is to end");
        let _ = ENTERED.subscribe().wait_for(|entered| *entered > 0).await;
        eprintln!("a visit has ended");
        Ok(())
    }
}

/// Never replies.
#[get("/visit")]
async fn visit(_visit: Inject<Visit>) {
    eprintln!("a visit has begun");
    std::future::pending::<()>().await;
}

/// Replies when so many have entered.
#[get("/entered/{count}")]
async fn entered(count: u32) {
    // The sender is never dropped.
    let _ = ENTERED.subscribe().wait_for(|entered| *entered >= count).await;
}

/// Replies when so many have left.
#[get("/left/{count}")]
async fn left(count: u32) {
    let _ = LEFT.subscribe().wait_for(|left| *left >= count).await;
}

/// Replies when the client has sent its body.
#[post("/read")]
async fn read(body: Bytes, desk: Inject<Desk>) -> String {
    format!("{} bytes at {}", body.len(), desk.name)
}

/// Sends back what comes, as it comes.
#[post("/echo")]
async fn echo(request: Request) -> Body {
    request.into_body()
}

/// Keeps a thread for ever.
#[get("/block", blocking)]
fn block() {
    eprintln!("a thread is blocked");
    loop {
        std::thread::park();
    }
}

#[get("/thread")]
async fn thread() -> String {
    std::thread::current().name().unwrap_or("unnamed").to_owned()
}

#[get("/fails")]
async fn fails() -> Result<()> {
    Err(Error::internal("hunter2"))
}

#[middleware(path = "/thread", priority = LOGGING)]
async fn audit(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[get("/reports", when = "features.reports")]
async fn reports() {}

#[config("office")]
#[derive(serde::Deserialize)]
#[serde(default)]
struct Office {
    name: String,
    key: Secret<String>,
}

impl Default for Office {
    fn default() -> Self {
        Self { name: "head office".to_owned(), key: Secret::new(String::new()) }
    }
}

/// Says when it is built and when it ends.
#[inject(stop = close)]
struct Desk {
    #[inject(value = "the front desk")]
    name: &'static str,
    room: Inject<Room>,
}

impl Desk {
    async fn close(&self) {
        eprintln!("the desk is closed in the {}", self.room.name);
    }
}

#[inject(stop = lock)]
struct Room {
    #[inject(value = "room")]
    name: &'static str,
    office: Config<Office>,
}

impl Room {
    fn lock(&self) {
        eprintln!("the {} of the {} is locked, with {:?}", self.name, self.office.name, self.office.key);
    }
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
