//! A closed loop: so many connections, each with one request under way, the next as soon as the reply is whole.
//!
//! It finds out what a server can do at most, as wrk does, and what that costs; latency is that of a server under full
//! load. One thread, epoll, no parsing: the first reply tells how long every other has to be. A connection that breaks, or
//! whose reply is no 200, is an error and is opened anew.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::Result;
use crate::single;

/// How long nothing may come from a server.
const SILENCE: Duration = Duration::from_secs(10);

/// What one turn brought.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) requests: u64,
    /// Requests that were answered otherwise than the first one, or not at all.
    pub(crate) errors: u64,
    pub(crate) took: Duration,
    latencies: Vec<Duration>,
}

impl Turn {
    /// The latency that this share of the requests stayed below.
    pub(crate) fn quantile(&mut self, share: f64) -> Duration {
        if self.latencies.is_empty() {
            return Duration::ZERO;
        }
        let position = ((self.latencies.len() - 1) as f64 * share) as usize;
        *self.latencies.select_nth_unstable(position).1
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }
}

/// The open connections to one server.
pub(crate) struct Closed {
    address: SocketAddr,
    errors: u64,
    idle: Idle,
    poll: Poll,
    events: Events,
    ready: Vec<usize>,
    connections: Vec<Connection>,
    request: Vec<u8>,
    length: usize,
    buffer: Box<[u8]>,
}

/// What to do while nothing has arrived. Never asleep: to wake a client on the same machine would be work of the server's
/// core, and a slow server would pay it more often than a fast one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idle {
    /// Look again: the load has a core of its own.
    Spin,
    /// Let somebody else run: it shares its core with the upstream.
    Yield,
}

struct Connection {
    stream: TcpStream,
    received: usize,
    sent: Instant,
}

/// Opens a connection whose socket has room for a whole request.
fn connect(address: SocketAddr, poll: &Poll, token: Token, room: usize) -> Result<TcpStream> {
    let stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    socket2::SockRef::from(&stream).set_send_buffer_size(room.max(16 * 1024) * 2)?;
    let mut stream = TcpStream::from_std(stream);
    poll.registry().register(&mut stream, token, Interest::READABLE)?;
    Ok(stream)
}

impl Closed {
    /// Opens `count` connections, and sends one request to learn how long its replies are.
    pub(crate) fn open(address: SocketAddr, request: Vec<u8>, count: usize) -> Result<Self> {
        let length = single::length_of_reply(address, &request)?;
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(count);
        for number in 0..count {
            let stream = connect(address, &poll, Token(number), request.len())?;
            connections.push(Connection { stream, received: 0, sent: Instant::now() });
        }
        let buffer = vec![0; length.max(64 * 1024)].into();
        let (events, ready) = (Events::with_capacity(1024), Vec::new());
        let (errors, idle) = (0, Idle::Spin);
        Ok(Self { address, errors, idle, poll, events, ready, connections, request, length, buffer })
    }

    /// The same on a core that is not its own.
    pub(crate) fn sharing(self) -> Self {
        Self { idle: Idle::Yield, ..self }
    }

    /// Keeps every connection busy for so long; what is under way at the end is waited for and not counted.
    pub(crate) fn run(&mut self, time: Duration) -> Result<Turn> {
        let (begun, errors) = (Instant::now(), self.errors);
        for number in 0..self.connections.len() {
            self.ask(number)?;
        }
        let mut latencies = Vec::with_capacity(1 << 16);
        while begun.elapsed() < time {
            self.replies(true, &mut latencies)?;
        }
        let took = begun.elapsed();
        let requests = latencies.len() as u64;
        let (mut late, before) = (Vec::new(), self.errors);
        while late.len() as u64 + (self.errors - before) < self.connections.len() as u64 {
            self.replies(false, &mut late)?;
        }
        Ok(Turn { requests, errors: self.errors - errors, took, latencies })
    }

    /// Sends this many requests, one after another on one connection.
    pub(crate) fn count(&mut self, requests: usize) -> Result<()> {
        let mut done = Vec::new();
        for sent in 1..=requests {
            self.ask(0)?;
            while done.len() < sent {
                self.replies(false, &mut done)?;
            }
        }
        Ok(())
    }

    /// Takes what has arrived; `again` asks anew on each connection whose reply is whole.
    fn replies(&mut self, again: bool, latencies: &mut Vec<Duration>) -> Result<()> {
        let begun = Instant::now();
        loop {
            self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
            if !self.events.is_empty() {
                break;
            }
            if begun.elapsed() > SILENCE {
                return Err("the server has gone silent".into());
            }
            if self.idle == Idle::Yield {
                std::thread::yield_now();
            }
        }
        self.ready.clear();
        self.ready.extend(self.events.iter().map(|event| event.token().0));
        for position in 0..self.ready.len() {
            let number = self.ready[position];
            match self.receive(number) {
                Ok(false) => continue,
                Ok(true) => latencies.push(self.connections[number].sent.elapsed()),
                Err(_) => self.broken(number)?,
            }
            if again {
                self.ask(number)?;
            }
        }
        Ok(())
    }

    /// Counts an error and goes on with a new connection.
    fn broken(&mut self, number: usize) -> Result<()> {
        self.errors += 1;
        self.connections[number].stream = connect(self.address, &self.poll, Token(number), self.request.len())?;
        Ok(())
    }

    fn ask(&mut self, number: usize) -> Result<()> {
        let connection = &mut self.connections[number];
        connection.received = 0;
        connection.sent = Instant::now();
        // A request is small and the one before it was answered: the socket has room.
        if connection.stream.write(&self.request)? == self.request.len() {
            Ok(())
        } else {
            Err("a request did not fit into the socket".into())
        }
    }

    /// Whether the reply is whole now. Nothing follows a whole reply, so there is no reading until the socket is empty.
    fn receive(&mut self, number: usize) -> Result<bool> {
        let connection = &mut self.connections[number];
        while connection.received < self.length {
            match connection.stream.read(&mut self.buffer) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(count) => {
                    let is_ok = self.buffer.get(9..12) == Some(b"200");
                    if connection.received == 0 && count >= 12 && !is_ok {
                        return Err("a reply is no 200".into());
                    }
                    connection.received += count;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        if connection.received > self.length {
            return Err("a reply is longer than the first one".into());
        }
        Ok(true)
    }
}
