//! What the tests of the gateway stand on: upstreams that hide nothing, and the contract suite.
//!
//! An upstream here is a raw socket, never an HTTP library: [`recorder`] keeps every byte it was sent, [`chaos`] breaks
//! the protocol in one named way. What a test asserts of an upstream it asserts of accepted connections and of bytes.
//!
//! [`contract`] runs the scripts of `vtc/`, one per numbered sentence of the gateway's correctness contract, against
//! velithon and, for contrast, against nginx and HAProxy.

pub mod chaos;
pub mod contract;
pub mod folder;
pub mod load;
pub mod message;
pub mod ports;
pub mod recorder;
pub mod recorder_h2;
