//! The numbers of the server: where it listens, how many cores it uses, and every limit with its default.
//!
//! Plain values; `app` fills them from `[server]` in velithon.toml. Nothing here reads a file, the environment or a clock.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

/// Which threads run connections and handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RuntimeKind {
    /// One thread per core, each with its own single-threaded runtime and its own listener: a connection never leaves
    /// its core. The caller's runtime stays free for everything that is not a request.
    #[default]
    PerCore,
    /// Everything on the caller's multi-threaded runtime: idle threads take work from busy ones. For handlers of very
    /// uneven length.
    WorkStealing,
}

/// Where and how the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// Name or address to listen on. Default `127.0.0.1`, so that nothing is public by accident.
    pub host: String,
    /// TCP port. Default 8000; 0 takes any free port, which [`addresses`](super::Server::addresses) tells.
    pub port: u16,
    /// A Unix socket to listen on in place of `host` and `port`. Default none.
    ///
    /// A file left by a dead server is replaced; the file is removed at the end.
    pub unix: Option<PathBuf>,
    /// Takes the sockets of a service manager (`LISTEN_FDS`) when it passes any, in place of `host`, `port` and
    /// `unix`. Default true; without such a manager it changes nothing.
    pub socket_activation: bool,
    /// Connections the kernel may keep waiting for one listener. Default 4096; Linux cuts it to `net.core.somaxconn`.
    pub backlog: u32,
    /// Which threads run requests. Default [`RuntimeKind::PerCore`].
    pub runtime: RuntimeKind,
    /// Threads under [`RuntimeKind::PerCore`]. Default 0: one per core the process may use.
    pub threads: usize,
    /// How long the end waits for unfinished work, counted from when the server stops accepting. Default 25 s: below
    /// the 30 s after which Kubernetes kills.
    pub grace: Duration,
    /// How long the server goes on accepting after the end was announced, for balancers that notice late. Default 0 s.
    pub pre_stop: Duration,
    /// How long the head of an HTTP/1 request may take from its first byte; then it is answered with 408 (RFC 9110,
    /// section 15.5.9). Default 15 s.
    pub head_timeout: Duration,
    /// How long the client is waited for while the body of a request is read, all waits together. Default 10 s; then it
    /// must have sent [`body_rate`](Self::body_rate), or it is answered with 408. Bodies of gRPC may take longer.
    pub body_timeout: Duration,
    /// Bytes per second by which `body_timeout` grows. Default 240; 0 lets every body take its time.
    pub body_rate: u64,
    /// How long a client may take nothing of what is sent to it; then its connection is reset. Default 30 s.
    pub send_timeout: Duration,
    /// How long a connection may stay without a request: from its start or the last byte of a reply until the first
    /// byte of the next head. Default 75 s; it is closed up to two seconds later.
    pub keep_alive: Duration,
    /// Open connections. Default 65 536; more wait in the listeners' backlogs until one ends.
    pub max_connections: usize,
    /// Requests whose handler has not returned a reply yet. Default 10 000; one more is answered with 503 and
    /// `Retry-After`. A reply that is still streaming no longer counts.
    ///
    /// Each core keeps some places at hand, so that refusals may begin up to a 32nd earlier; never later.
    pub max_in_flight: usize,
    /// Bytes of a request head, request line included; also of an HTTP/2 header list and of trailers. Default 32 KiB;
    /// more is 431 (RFC 6585, section 5).
    pub max_header_bytes: usize,
    /// Bytes of a request target. Default 8 KiB; more is 414 (RFC 9110, section 15.5.15).
    pub max_target_bytes: usize,
    /// Limits of HTTP/2 connections.
    pub http2: Http2Settings,
}

/// Limits of one HTTP/2 connection (RFC 9113).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http2Settings {
    /// Requests at the same time on one connection. Default 200.
    pub max_streams: u32,
    /// Bytes of one request body that may arrive before they are read. Default 1 MiB.
    pub stream_window: u32,
    /// Bytes of all request bodies of a connection that may arrive before they are read. Default 1 MiB.
    pub connection_window: u32,
    /// Bytes of the largest frame taken. Default 16 KiB.
    pub max_frame: u32,
    /// Bytes of reply kept per request while the client does not read. Default 400 KiB.
    pub max_send_buffer: usize,
    /// Takes extended CONNECT, by which WebSockets run over HTTP/2 (RFC 8441). Default true.
    pub extended_connect: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8000,
            unix: None,
            socket_activation: true,
            backlog: 4096,
            runtime: RuntimeKind::default(),
            threads: 0,
            grace: Duration::from_secs(25),
            pre_stop: Duration::ZERO,
            head_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(10),
            body_rate: 240,
            send_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(75),
            max_connections: 65_536,
            max_in_flight: 10_000,
            max_header_bytes: 32 * 1024,
            max_target_bytes: 8 * 1024,
            http2: Http2Settings::default(),
        }
    }
}

impl Default for Http2Settings {
    fn default() -> Self {
        Self {
            max_streams: 200,
            stream_window: 1024 * 1024,
            connection_window: 1024 * 1024,
            max_frame: 16 * 1024,
            max_send_buffer: 400 * 1024,
            extended_connect: true,
        }
    }
}

impl ServerSettings {
    /// How many threads run requests under [`RuntimeKind::PerCore`]: `threads`, or the cores of the process.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_public_unless_asked_for() {
        assert_eq!(ServerSettings::default().host, "127.0.0.1");
    }

    #[test]
    fn no_thread_count_means_one_per_core() {
        let settings = ServerSettings::default();
        assert_eq!(settings.thread_count(), available_parallelism().unwrap().get());
        assert_eq!(ServerSettings { threads: 3, ..settings }.thread_count(), 3);
    }
}
