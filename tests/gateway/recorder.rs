//! An upstream on a raw socket that keeps every byte of every connection and answers with bytes it was given.
//!
//! "The upstream sees nothing" is asserted on [`Recorder::connections`], which counts accepts, and on [`Recorded::bytes`].

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::PATIENCE;
use crate::gateway::message::request_length;

/// What is sent when a request is whole.
#[derive(Clone)]
enum Answer {
    /// The same bytes for every request, then the connection stays open.
    Bytes(Arc<[u8]>),
    /// A 200 whose body is the request, byte for byte.
    Echo,
}

/// One accepted connection.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// Everything that came, in order.
    pub bytes: Vec<u8>,
    /// How many bytes of it belong to requests that were whole and have been answered.
    pub answered: usize,
    /// Whether the other side has ended or reset it.
    pub closed: bool,
}

impl Recorded {
    /// Whether a request was begun and never completed.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() > self.answered
    }
}

/// A listening upstream; its connections end when it is dropped.
pub struct Recorder {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    answer: Answer,
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    connections: Vec<Recorded>,
    streams: Vec<TcpStream>,
    ended: bool,
}

impl Recorder {
    /// Listens on a free port and answers every request with `reply`, a whole HTTP/1 message.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub fn start(reply: impl AsRef<[u8]>) -> Self {
        Self::listen(0, Answer::Bytes(reply.as_ref().into())).expect("loopback has a free port")
    }

    /// Listens on a free port and answers 200 with the request as body.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub fn echo() -> Self {
        Self::echo_on(0).expect("loopback has a free port")
    }

    /// The same on a given port. `GET /seen` is answered with the state of all connections, [`Recorder::summary`].
    ///
    /// # Errors
    /// When the port is taken.
    pub fn echo_on(port: u16) -> io::Result<Self> {
        Self::listen(port, Answer::Echo)
    }

    fn listen(port: u16, answer: Answer) -> io::Result<Self> {
        let listener = bind(port)?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { answer, seen: Mutex::default(), changed: Condvar::new() });
        let shared = state.clone();
        thread::spawn(move || accept(listener, &shared));
        Ok(Self { address, state })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything so far, a connection each, in the order in which they were accepted.
    pub fn connections(&self) -> Vec<Recorded> {
        self.state.lock().connections.clone()
    }

    /// Waits until what was recorded fulfils `wanted`, and gives it.
    ///
    /// # Panics
    /// When that does not happen; the message holds what was seen.
    #[track_caller]
    pub fn wait_until(&self, wanted: impl Fn(&[Recorded]) -> bool) -> Vec<Recorded> {
        let waiting = |seen: &mut Seen| !wanted(&seen.connections);
        let waited = self.state.changed.wait_timeout_while(self.state.lock(), PATIENCE, waiting);
        let (seen, result) = waited.expect("no connection panics");
        assert!(!result.timed_out(), "the upstream saw {:?}", seen.connections);
        seen.connections.clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut seen = self.state.lock();
        seen.ended = true;
        for stream in &seen.streams {
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(seen);
        // Wakes the thread that accepts, which then lets go of the port.
        let _ = TcpStream::connect(self.address);
        let mut seen = self.state.lock();
        while seen.ended {
            seen = self.state.changed.wait(seen).expect("no connection panics");
        }
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no connection panics")
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut Recorded)) {
        change(&mut self.lock().connections[number]);
        self.changed.notify_all();
    }

    fn reply(&self, request: &[u8]) -> Vec<u8> {
        match &self.answer {
            Answer::Bytes(bytes) => bytes.to_vec(),
            Answer::Echo if request.starts_with(b"GET /seen ") => with_length(self.summary().as_bytes()),
            Answer::Echo => with_length(request),
        }
    }

    /// One line per connection but the asking one: how many bytes were answered, whether a request was cut, whether it is closed.
    ///
    /// A connection with a cut request is given a second to be closed: the two ends of a proxy close one after another.
    fn summary(&self) -> String {
        let open_and_cut = |seen: &mut Seen| seen.connections.iter().any(|one| one.is_cut() && !one.closed);
        let waited = self.changed.wait_timeout_while(self.lock(), Duration::from_secs(1), open_and_cut);
        let (seen, _) = waited.expect("no connection panics");
        let line = |one: &Recorded| {
            let request = if one.is_cut() { "cut" } else { "whole" };
            let end = if one.closed { "closed" } else { "open" };
            let first = one.bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
            format!("{request} {end} {} {}\n", one.answered, first.escape_ascii())
        };
        seen.connections.iter().map(line).collect()
    }
}

/// A process that was just being started may hold a copy of the last listener for a moment.
fn bind(port: u16) -> io::Result<TcpListener> {
    let begun = Instant::now();
    loop {
        match TcpListener::bind(("127.0.0.1", port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && begun.elapsed() < Duration::from_secs(2) => {
                thread::yield_now();
            }
            bound => return bound,
        }
    }
}

fn accept(listener: TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let mut seen = state.lock();
        if seen.ended {
            break;
        }
        seen.streams.extend(stream.try_clone());
        let number = seen.connections.len();
        seen.connections.push(Recorded::default());
        drop(seen);
        state.changed.notify_all();
        let state = state.clone();
        thread::spawn(move || serve(stream, number, &state));
    }
    drop(listener);
    state.lock().ended = false;
    state.changed.notify_all();
}

fn serve(mut stream: TcpStream, number: usize, state: &State) {
    let (mut waiting, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        waiting.extend_from_slice(&buffer[..count]);
        state.change(number, |one| one.bytes.extend_from_slice(&buffer[..count]));
        while let Some(length) = request_length(&waiting) {
            let request: Vec<u8> = waiting.drain(..length).collect();
            state.change(number, |one| one.answered += length);
            let _ = stream.write_all(&state.reply(&request));
        }
    }
    state.change(number, |one| one.closed = true);
}

fn with_length(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
