//! Sockets to listen on: bound before anything runs, so that a taken port is one clear fault.
//!
//! A TCP address is first bound without `SO_REUSEPORT`: with it, a second server of the same user would silently share
//! the port. That socket then takes the option too, and the listeners of the other cores join it.
//!
//! Nothing is accepted here.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket as RawSocket, Type};

use super::settings::ServerSettings;
use super::transport::{Socket, Transport};
use crate::fault::Fault;
use crate::peer::{Address, Peer};

/// A bound socket that no runtime drives yet.
#[derive(Debug)]
pub(super) enum Bound {
    /// The listeners of one address, one for each core; a single one is shared by all.
    Tcp(SocketAddr, Vec<std::net::TcpListener>),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener, Option<super::unix::SocketFile>),
}

impl Bound {
    pub(super) fn address(&self) -> Address {
        match self {
            Self::Tcp(address, _) => Address::Tcp(*address),
            #[cfg(unix)]
            Self::Unix(listener, _) => super::unix::address(listener),
        }
    }
}

/// Binds what the settings ask for, `cores` listeners to an address where the system can share it.
pub(super) fn bind(settings: &ServerSettings, cores: usize) -> Result<Vec<Bound>, Fault> {
    if settings.socket_activation {
        let passed = super::activation::sockets()?;
        if !passed.is_empty() {
            return Ok(passed);
        }
    }
    match &settings.unix {
        #[cfg(unix)]
        Some(path) => super::unix::bind(path, settings.backlog).map(|bound| vec![bound]),
        #[cfg(not(unix))]
        Some(_) => Err(Fault::new("this system has no Unix sockets").help("remove `unix` from [server]")),
        None => bind_tcp(settings, cores).map(|bound| vec![bound]),
    }
}

fn bind_tcp(settings: &ServerSettings, cores: usize) -> Result<Bound, Fault> {
    let mut failure = None;
    for address in resolve(settings)? {
        match listeners(address, settings.backlog, if cfg!(target_os = "linux") { cores } else { 1 }) {
            Ok((address, listeners)) => return Ok(Bound::Tcp(address, listeners)),
            Err(error) => failure = Some(cannot_bind(address, &error)),
        }
    }
    Err(failure.unwrap_or_else(|| unknown_host(settings, "the name has no address")))
}

fn resolve(settings: &ServerSettings) -> Result<impl Iterator<Item = SocketAddr> + use<>, Fault> {
    (settings.host.as_str(), settings.port)
        .to_socket_addrs()
        .map_err(|error| unknown_host(settings, &error.to_string()))
}

fn listeners(address: SocketAddr, backlog: u32, count: usize) -> io::Result<(SocketAddr, Vec<std::net::TcpListener>)> {
    let first = socket(address)?;
    first.bind(&address.into())?;
    // Known from here on, also when any free port was asked for.
    let address = first.local_addr()?.as_socket().unwrap_or(address);
    let mut sockets = vec![first];
    if count > 1 {
        share(&sockets[0])?;
        for _ in 1..count {
            let socket = socket(address)?;
            share(&socket)?;
            socket.bind(&address.into())?;
            sockets.push(socket);
        }
    }
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
    sockets.iter().try_for_each(|socket| socket.listen(backlog))?;
    Ok((address, sockets.into_iter().map(Into::into).collect()))
}

fn socket(address: SocketAddr) -> io::Result<RawSocket> {
    let socket = RawSocket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Connections of a server that has just ended linger in TIME_WAIT and would block the port for a minute.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Linux hands it on to every accepted socket, which saves a system call per connection.
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}

#[cfg(target_os = "linux")]
fn share(socket: &RawSocket) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(not(target_os = "linux"))]
fn share(_: &RawSocket) -> io::Result<()> {
    Ok(())
}

fn cannot_bind(address: SocketAddr, error: &io::Error) -> Fault {
    let fault = Fault::new(format!("the server cannot listen on {address}"));
    match error.kind() {
        io::ErrorKind::AddrInUse => fault
            .why(format!("another process already listens on port {}", address.port()))
            .help("stop that process, or choose another port: VELITHON_SERVER__PORT=8001 (0 takes any free one)"),
        io::ErrorKind::PermissionDenied => fault
            .why(format!("this user may not open port {}: {error}", address.port()))
            .help("choose a port above 1023, such as VELITHON_SERVER__PORT=8000, or grant CAP_NET_BIND_SERVICE"),
        io::ErrorKind::AddrNotAvailable => fault
            .why(format!("no network interface of this machine has the address {}", address.ip()))
            .help("choose an address it has: VELITHON_SERVER__HOST=127.0.0.1, or 0.0.0.0 for all of them"),
        _ => fault.why(error.to_string()).help("choose another address: VELITHON_SERVER__HOST, VELITHON_SERVER__PORT"),
    }
}

fn unknown_host(settings: &ServerSettings, why: &str) -> Fault {
    Fault::new(format!("the server cannot listen on `{}`", settings.host))
        .why(why)
        .help("write an address of this machine: VELITHON_SERVER__HOST=127.0.0.1")
}

/// A listener driven by the runtime that accepts from it.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(tokio::net::TcpListener, SocketAddr),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, Address),
}

impl Listener {
    /// Binds a TCP listener to the current runtime.
    pub(super) fn tcp(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self::Tcp(tokio::net::TcpListener::from_std(listener)?, address))
    }

    /// Binds a listener on a Unix socket to the current runtime.
    #[cfg(unix)]
    pub(super) fn unix(listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = super::unix::address(&listener);
        Ok(Self::Unix(tokio::net::UnixListener::from_std(listener)?, address))
    }

    /// Waits for one connection.
    pub(super) async fn accept(&self) -> io::Result<(Transport, Peer)> {
        match self {
            Self::Tcp(listener, bound) => {
                let (stream, remote) = listener.accept().await?;
                without_delay(&stream);
                let local = if bound.ip().is_unspecified() { stream.local_addr()? } else { *bound };
                Ok((Transport::Tcp(stream), Peer::new(remote.into(), local.into())))
            }
            #[cfg(unix)]
            Self::Unix(listener, bound) => {
                let (stream, remote) = listener.accept().await?;
                let remote = Address::Unix(remote.as_pathname().map(Into::into));
                Ok((Transport::Unix(stream), Peer::new(remote, bound.clone())))
            }
        }
    }

    /// Closes the listener; what comes out are the connections the kernel had accepted by then.
    ///
    /// Their clients believe they are connected, and would get a reset.
    pub(super) fn rest(self) -> Vec<(Transport, Peer)> {
        match self {
            Self::Tcp(listener, _) => rest_of(listener.into_std(), |listener| {
                let (stream, remote) = listener.accept()?;
                stream.set_nonblocking(true)?;
                let local = stream.local_addr()?;
                Ok((Transport::new(Socket::Tcp(stream))?, Peer::new(remote.into(), local.into())))
            }),
            #[cfg(unix)]
            Self::Unix(listener, bound) => rest_of(listener.into_std(), |listener| {
                let (stream, remote) = listener.accept()?;
                stream.set_nonblocking(true)?;
                let remote = Address::Unix(remote.as_pathname().map(Into::into));
                Ok((Transport::new(Socket::Unix(stream))?, Peer::new(remote, bound.clone())))
            }),
        }
    }
}

/// At most what a backlog holds: under a flood of clients the end must come nevertheless.
const REST: usize = 4096;

fn rest_of<L>(listener: io::Result<L>, accept: impl Fn(&L) -> io::Result<(Transport, Peer)>) -> Vec<(Transport, Peer)> {
    let Ok(listener) = listener else { return Vec::new() };
    std::iter::from_fn(|| accept(&listener).ok()).take(REST).collect()
}

#[cfg(target_os = "linux")]
fn without_delay(_: &tokio::net::TcpStream) {}

#[cfg(not(target_os = "linux"))]
fn without_delay(stream: &tokio::net::TcpStream) {
    // A socket that refuses it is already closing.
    let _ = stream.set_nodelay(true);
}
