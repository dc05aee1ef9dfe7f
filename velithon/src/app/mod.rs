//! What stands above every capability: it builds the application, serves it, and ends it.

pub mod server;
