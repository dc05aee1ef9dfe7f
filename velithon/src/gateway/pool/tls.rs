//! TLS to targets: built in by the feature `gateway-tls`, and then with verification always on.

#[cfg(feature = "gateway-tls")]
mod rustls;
#[cfg(not(feature = "gateway-tls"))]
mod without;

#[cfg(feature = "gateway-tls")]
pub(crate) use rustls::Tls;
#[cfg(not(feature = "gateway-tls"))]
pub(crate) use without::Tls;
