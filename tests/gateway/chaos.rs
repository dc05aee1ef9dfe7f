//! An upstream that breaks its promises in one named way, which can be changed while it runs.
//!
//! Raw sockets and threads: no HTTP library would let us lie like this. What breaks in HTTP/2 is in [`super::recorder_h2`].

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crate::gateway::message::{head_length, request_length};

/// What it does with each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Answers as it should: 200 and a kibibyte.
    Answer,
    /// Takes the connection and the request, and says nothing.
    Hang,
    /// Resets the connection after so many bytes of the reply.
    ResetAfter(usize),
    /// Ends the connection in order after so many bytes of the reply.
    EndAfter(usize),
    /// Sends the reply byte by byte, each so much later than the last.
    Drip(Duration),
    /// Waits so long before it answers.
    Slow(Duration),
    /// Sends what is no HTTP.
    Garbage,
    /// Sends so many informational replies before the final one.
    Informational(usize),
    /// Answers, and closes the idle connection so much later: the race of keep-alive.
    IdleClose(Duration),
    /// Announces more bytes than it sends, and ends.
    WrongLength,
    /// Closes as soon as the first byte of a request is there.
    CloseUnread,
    /// Answers when the head is there, and goes on reading.
    EarlyReply,
    /// Takes the connection and never reads.
    NeverRead,
}

/// A listening upstream; dropping it refuses connections and ends those there are.
pub struct Chaos {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    mode: Mutex<Mode>,
    /// Weak: a connection is over when its thread lets it go.
    streams: Mutex<Option<Vec<Weak<TcpStream>>>>,
    accepted: AtomicU64,
    answered: AtomicU64,
}

impl Chaos {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When loopback has none.
    pub fn start(mode: Mode) -> io::Result<Self> {
        Self::start_on(0, mode)
    }

    /// Listens on this port.
    ///
    /// # Errors
    /// When it is taken.
    pub fn start_on(port: u16, mode: Mode) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            mode: Mutex::new(mode),
            streams: Mutex::new(Some(Vec::new())),
            accepted: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        });
        let shared = state.clone();
        thread::spawn(move || accept(&listener, &shared));
        Ok(Self { address, state })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Does this from the next request on.
    pub fn become_(&self, mode: Mode) {
        *self.state.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// How many connections it took.
    pub fn accepted(&self) -> u64 {
        self.state.accepted.load(Ordering::Relaxed)
    }

    /// How many whole requests it met.
    pub fn requests(&self) -> u64 {
        self.state.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        let streams = self.state.streams.lock().unwrap_or_else(PoisonError::into_inner).take();
        for stream in streams.into_iter().flatten().filter_map(|stream| stream.upgrade()) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that accepts, which then lets go of the port.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming().flatten().map(Arc::new) {
        match state.streams.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(streams) => streams.push(Arc::downgrade(&stream)),
            None => break,
        }
        state.accepted.fetch_add(1, Ordering::Relaxed);
        let state = state.clone();
        // Every way in which a connection ends is one it may end in.
        thread::spawn(move || drop(serve(&stream, &state)));
    }
}

fn serve(stream: &TcpStream, state: &State) -> io::Result<()> {
    let mut received = Vec::new();
    loop {
        if state.mode() == Mode::NeverRead {
            thread::park();
        }
        if !receive(stream, state, &mut received)? {
            return Ok(());
        }
        state.answered.fetch_add(1, Ordering::Relaxed);
        match reply(stream, state.mode())? {
            Then::GoOn => {}
            Then::End => return Ok(()),
            Then::Reset => return socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)),
        }
    }
}

/// Reads one request, or as much of it as the mode wants; `false` when nothing more comes.
fn receive(mut stream: &TcpStream, state: &State, received: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let whole = request_length(received).or_else(|| match state.mode() {
            Mode::EarlyReply => head_length(received),
            Mode::CloseUnread => (!received.is_empty()).then_some(received.len()),
            _ => None,
        });
        if let Some(length) = whole {
            received.drain(..length);
            return Ok(true);
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(false);
        }
        received.extend_from_slice(&buffer[..count]);
    }
}

enum Then {
    GoOn,
    End,
    Reset,
}

fn reply(mut stream: &TcpStream, mode: Mode) -> io::Result<Then> {
    let whole = whole_reply();
    match mode {
        Mode::Answer | Mode::EarlyReply => stream.write_all(&whole)?,
        Mode::Hang | Mode::NeverRead => drop(stream.read(&mut [0; 1])?),
        Mode::ResetAfter(count) => {
            stream.write_all(&whole[..count.min(whole.len())])?;
            return Ok(Then::Reset);
        }
        Mode::EndAfter(count) => {
            stream.write_all(&whole[..count.min(whole.len())])?;
            return Ok(Then::End);
        }
        Mode::Drip(pause) => whole.iter().try_for_each(|byte| {
            thread::sleep(pause);
            stream.write_all(std::slice::from_ref(byte))
        })?,
        Mode::Slow(pause) => {
            thread::sleep(pause);
            stream.write_all(&whole)?;
        }
        Mode::Garbage => {
            stream.write_all(b"\x16\x03\x01 nonsense\r\n\r\n")?;
            return Ok(Then::End);
        }
        Mode::Informational(count) => {
            stream.write_all(&b"HTTP/1.1 102 Processing\r\n\r\n".repeat(count))?;
            stream.write_all(&whole)?;
        }
        Mode::IdleClose(pause) => {
            stream.write_all(&whole)?;
            thread::sleep(pause);
            return Ok(Then::End);
        }
        Mode::WrongLength => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nshort")?;
            return Ok(Then::End);
        }
        Mode::CloseUnread => return Ok(Then::End),
    }
    Ok(Then::GoOn)
}

/// 200 and a kibibyte.
fn whole_reply() -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n".as_slice(), &[b'x'; 1024]].concat()
}
