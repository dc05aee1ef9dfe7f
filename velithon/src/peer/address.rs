//! The two ends of a connection, as the sockets know them.
//!
//! Made once per connection and lent to every request on it. It reads no header: who the client is behind a proxy is
//! decided elsewhere.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// One end of a connection, or a place the server listens on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// An IP address and a port. IPv4 stays IPv4, also when it arrived on an IPv6 socket.
    Tcp(SocketAddr),
    /// A Unix socket and its file; clients usually have none.
    Unix(Option<PathBuf>),
}

impl Address {
    /// The IP address; none for a Unix socket.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp(address) => Some(address.ip()),
            Self::Unix(_) => None,
        }
    }

    /// The port; none for a Unix socket.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp(address) => Some(address.port()),
            Self::Unix(_) => None,
        }
    }
}

impl From<SocketAddr> for Address {
    /// Undoes the IPv6 spelling that a socket of both families gives IPv4 clients.
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(SocketAddr::new(address.ip().to_canonical(), address.port()))
    }
}

impl fmt::Display for Address {
    /// `127.0.0.1:8000`, `unix:/run/shop.sock`, or `unix` for a socket without a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(Some(path)) => write!(f, "unix:{}", path.display()),
            Self::Unix(None) => f.write_str("unix"),
        }
    }
}

/// The client's and the server's end of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    remote: Address,
    local: Address,
}

impl Peer {
    /// Both ends; for a caller that serves requests without a socket, such as a test.
    pub fn new(remote: Address, local: Address) -> Self {
        Self { remote, local }
    }

    /// The client's end: the proxy's, if one stands between.
    pub fn remote(&self) -> &Address {
        &self.remote
    }

    /// The end the client connected to.
    pub fn local(&self) -> &Address {
        &self.local
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_client_of_an_ipv6_socket_keeps_its_address() {
        let mapped: SocketAddr = "[::ffff:10.0.0.7]:4000".parse().unwrap();
        assert_eq!(Address::from(mapped).to_string(), "10.0.0.7:4000");
    }
}
