//! Who is at the other end of a request: the addresses of its connection, and who may speak for the client.
//!
//! The server makes an [`Address`] once per connection and lends it to every request on it; `route`, `metrics` and the gateway
//! read it. Nothing here knows the server or any of them.

mod address;
mod proxies;

pub use address::{Address, Peer};
pub(crate) use proxies::{Network, Proxies};
