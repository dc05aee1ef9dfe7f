//! velithon: annotated functions become a checked, running service.

// The macros name this crate as `::velithon`, inside it too.
extern crate self as velithon;

pub mod fault;
pub mod inject;
pub mod json;
pub mod record;
pub mod reply;

pub use reply::{Error, Json, Problem, Reply, Result, Valid};
