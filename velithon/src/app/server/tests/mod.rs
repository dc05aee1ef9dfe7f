//! Behaviour on real sockets.
