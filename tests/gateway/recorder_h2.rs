//! The twin of the recorder for HTTP/2 without TLS: it keeps the head and the body of every stream, and answers or ends
//! each as its script says.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one stream.
#[derive(Debug, Clone)]
pub enum Step {
    /// 200 with this body.
    Answer(&'static str),
    /// RST_STREAM for this reason, once the request is read.
    Reset(Reason),
}

/// A stream that came.
#[derive(Debug, Clone)]
pub struct Stream {
    /// On which connection, counted from 0.
    pub connection: usize,
    /// `POST http://authority/path`, and the fields.
    pub head: Request<()>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A listening upstream, for the rest of the test.
pub struct RecorderH2 {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    steps: Mutex<VecDeque<Step>>,
    streams: Mutex<Vec<Stream>>,
}

impl RecorderH2 {
    /// Listens on a free port; each stream takes the next step, and the last one is repeated.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let state = Arc::new(State { steps: Mutex::new(steps.into_iter().collect()), streams: Mutex::default() });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a listener can be made so");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = state.clone();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there are threads");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("it does not block");
                accept(listener, shared).await;
            });
        });
        Self { address, state }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every stream so far.
    pub fn streams(&self) -> Vec<Stream> {
        self.state.streams.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    fn next_step(&self) -> Step {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let last = steps.len() < 2;
        let step = if last { steps.front().cloned() } else { steps.pop_front() };
        step.unwrap_or(Step::Answer(""))
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = 0;
    while let Ok((stream, _)) = listener.accept().await {
        // A connection that breaks is one of the things a test may want.
        tokio::spawn(serve(stream, connections, state.clone()));
        connections += 1;
    }
}

async fn serve(stream: TcpStream, connection: usize, state: Arc<State>) -> Result<(), h2::Error> {
    let mut frames: Connection<TcpStream, Bytes> = h2::server::handshake(stream).await?;
    while let Some(stream) = frames.accept().await {
        let (request, reply) = stream?;
        let step = state.next_step();
        tokio::spawn(answer(state.clone(), connection, request, reply, step));
    }
    Ok(())
}

async fn answer(
    state: Arc<State>,
    connection: usize,
    request: Request<RecvStream>,
    mut reply: SendResponse<Bytes>,
    step: Step,
) -> Result<(), h2::Error> {
    let (head, mut incoming) = request.into_parts();
    let mut body = Vec::new();
    while let Some(data) = incoming.data().await {
        let data = data?;
        incoming.flow_control().release_capacity(data.len())?;
        body.extend_from_slice(&data);
    }
    record(&state, connection, Request::from_parts(head, ()), body);
    match step {
        Step::Answer(text) => {
            reply.send_response(Response::new(()), false)?.send_data(Bytes::from_static(text.as_bytes()), true)?;
        }
        Step::Reset(reason) => reply.send_reset(reason),
    }
    Ok(())
}

fn record(state: &State, connection: usize, head: Request<()>, body: Vec<u8>) {
    let stream = Stream { connection, head, body };
    state.streams.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
}
