//! The gateway from outside: an application in process, and upstreams on real sockets.

mod forms;
mod trace;
mod upstream;
