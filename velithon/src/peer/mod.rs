//! Who is at the other end of a request: the addresses of its connection, who may speak for the client, and the place the
//! request takes among those in flight.
//!
//! The server makes an [`Address`] once per connection and an [`Admission`] for each request; `route`, `metrics`, `inject` and
//! the gateway read or keep them. Nothing here knows the server or any of them.

mod address;
mod admission;
mod proxies;

pub use address::{Address, Peer};
pub use admission::Admission;
pub(crate) use admission::Places;
pub(crate) use proxies::{Network, Proxies};
