//! The server on real sockets, spoken to in raw bytes.
//!
//! [`App`] is the application: a few paths, and gates by which a test knows where a request is and lets it go on. No test
//! sleeps: each waits for what the other side can be seen to do, and [`soon`] bounds every wait.

mod connections;
mod drain;
mod http1;
mod http2;
mod listening;
mod timeouts;

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// An application with a path for each thing a handler can do to a server.
#[derive(Clone, Default)]
struct App(Arc<Gates>);

struct Gates {
    /// One permit for each handler of `/slow` and `/hang` that has begun.
    entered: Semaphore,
    /// `/slow` takes one to go on.
    released: Semaphore,
    /// One permit for each handler of `/hang` that was dropped.
    dropped: Semaphore,
}

impl Default for Gates {
    fn default() -> Self {
        Self { entered: Semaphore::new(0), released: Semaphore::new(0), dropped: Semaphore::new(0) }
    }
}

/// Adds a permit to `dropped` when the handler that owns it goes.
struct Dropped(Arc<Gates>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.dropped.add_permits(1);
    }
}

impl Serve for App {
    fn call(
        &self,
        request: Request<Body>,
        peer: &Peer,
        admission: Admission,
    ) -> impl Future<Output = Response<Body>> + Send + use<> {
        answer(self.0.clone(), request, format!("{} to {}", peer.remote(), peer.local()), admission)
    }
}

async fn answer(gates: Arc<Gates>, request: Request<Body>, peer: String, _admission: Admission) -> Response<Body> {
    match request.uri().path() {
        "/slow" => {
            gates.entered.add_permits(1);
            gates.released.acquire().await.unwrap().forget();
            reply("slow")
        }
        "/hang" => {
            let _dropped = Dropped(gates.clone());
            gates.entered.add_permits(1);
            pending().await
        }
        "/panic" => panic!("the handler panics on purpose"),
        "/thread" => reply(std::thread::current().name().unwrap_or("none").to_owned()),
        "/peer" => reply(peer),
        "/refuse" => reply("refused"),
        "/echo" => Response::new(Body::new(request.into_body())),
        "/upgrade" => upgrade(request),
        path => reply(path.to_owned()),
    }
}

fn reply(text: impl Into<Bytes>) -> Response<Body> {
    Response::new(Body::from(text.into()))
}

/// Turns the connection into an echo of bytes.
fn upgrade(request: Request<Body>) -> Response<Body> {
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgraded.await {
            let (mut read, mut write) = split(TokioIo::new(upgraded));
            let _ = copy(&mut read, &mut write).await;
        }
    });
    let switching = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    switching.header("connection", "upgrade").header("upgrade", "echo").body(Body::empty()).unwrap()
}

/// A server under test, on a free port of this machine.
struct Running {
    app: App,
    shutdown: Shutdown,
    addresses: Vec<Address>,
    end: JoinHandle<Result<Summary, Fault>>,
}

/// Settings for tests: a free port, two cores, and times no test waits for by accident.
fn settings() -> ServerSettings {
    ServerSettings { port: 0, threads: 2, socket_activation: false, ..ServerSettings::default() }
}

fn start(settings: ServerSettings) -> Running {
    let (app, shutdown) = (App::default(), Shutdown::new());
    let server = Server::bind(settings).unwrap();
    let addresses = server.addresses();
    let end = tokio::spawn(server.serve(app.clone(), shutdown.clone()));
    Running { app, shutdown, addresses, end }
}

impl Running {
    fn address(&self) -> SocketAddr {
        match self.addresses[0] {
            Address::Tcp(address) => address,
            Address::Unix(_) => panic!("this server listens on a Unix socket"),
        }
    }

    async fn connect(&self) -> Client<TcpStream> {
        Client(TcpStream::connect(self.address()).await.unwrap())
    }

    /// Waits until a handler of `/slow` or `/hang` has begun.
    async fn entered(&self) {
        soon(self.app.0.entered.acquire()).await.unwrap().forget();
    }

    /// Lets one handler of `/slow` go on.
    fn release(&self) {
        self.app.0.released.add_permits(1);
    }

    async fn ended(self) -> Summary {
        soon(self.end).await.unwrap().unwrap()
    }

    async fn stop(self) -> Summary {
        self.shutdown.begin();
        self.ended().await
    }
}

/// A client that speaks in raw bytes.
struct Client<T>(T);

impl<T: AsyncRead + AsyncWrite + Unpin> Client<T> {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn get(&mut self, path: &str) {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
    }

    /// The next reply, head and body, read by its `content-length`.
    async fn reply(&mut self) -> String {
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n") {
            text.push(char::from(soon(self.0.read_u8()).await.expect("a whole reply")));
        }
        let length =
            text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        soon(self.0.read_exact(&mut body)).await.unwrap();
        text + &String::from_utf8(body).unwrap()
    }

    /// The body of the next reply.
    async fn body(&mut self) -> String {
        let reply = self.reply().await;
        reply.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Everything up to the end of the connection.
    async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = soon(self.0.read_to_end(&mut rest)).await;
        String::from_utf8(rest).unwrap()
    }
}

/// Bounds a wait: what does not happen within this time counts as never.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.expect("it should happen soon")
}
