//! What every peer shares: the service they all offer, the allocator, and the port they are told.
//!
//! A peer is a small program that offers [`contract`] the way its framework's own guide would write it. The tool
//! compares their replies before it measures them, so a peer cannot be fast by answering something else.
//!
//! Nothing here serves a request: only [`tuned`] knows sockets, for the peers that have no server of their own.

pub mod axum_app;
pub mod contract;
pub mod tuned;

/// The same allocator for every peer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The address to listen on: `127.0.0.1` and the port in `PORT`, or 8000.
pub fn address() -> std::net::SocketAddr {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8000);
    std::net::SocketAddr::from(([127, 0, 0, 1], port))
}
