//! velithon: annotated functions become a checked, running service.

// The macros name this crate as `::velithon`, inside it too.
extern crate self as velithon;

pub mod app;
pub mod config;
pub mod fault;
pub mod inject;
pub mod json;
pub mod middleware;
pub mod record;
pub mod reply;
pub mod route;
