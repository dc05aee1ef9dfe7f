//! Sockets that a service manager has opened for this process (`LISTEN_FDS`, `sd_listen_fds(3)`).
//!
//! The variables name this process by its id, so that a child does not take its parent's sockets. The manager keeps the
//! file of a Unix socket; it is not removed here.

use listenfd::ListenFd;

use super::listen::Bound;
use crate::fault::Fault;

/// The sockets passed to this process, in order; empty without a service manager.
///
/// # Errors
/// When one of them is no stream socket that listens.
pub(super) fn sockets() -> Result<Vec<Bound>, Fault> {
    let mut passed = ListenFd::from_env();
    (0..passed.len()).filter_map(|index| socket(&mut passed, index).transpose()).collect()
}

fn socket(passed: &mut ListenFd, index: usize) -> Result<Option<Bound>, Fault> {
    if let Ok(listener) = passed.take_tcp_listener(index) {
        return listener.map(tcp).transpose();
    }
    #[cfg(unix)]
    if let Ok(listener) = passed.take_unix_listener(index) {
        return Ok(listener.map(|listener| Bound::Unix(listener, None)));
    }
    Err(Fault::new(format!("socket {index} of LISTEN_FDS cannot be served"))
        .why("the service manager passed something that is no listening TCP or Unix stream socket")
        .help("write `ListenStream=` in the .socket unit, without `Accept=yes`"))
}

fn tcp(listener: std::net::TcpListener) -> Result<Bound, Fault> {
    let address = listener.local_addr().map_err(|error| {
        Fault::new("a socket of LISTEN_FDS has no address")
            .why(error.to_string())
            .help("check `ListenStream=` in the .socket unit")
    })?;
    Ok(Bound::Tcp(address, vec![listener]))
}
