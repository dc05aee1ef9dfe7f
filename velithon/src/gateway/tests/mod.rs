//! The gateway from outside: an application in process, and upstreams on real sockets.

mod forms;
#[cfg(feature = "gateway-tls")]
mod tls;
mod trace;
mod upstream;
