//! Dependency injection.

mod key;

pub use key::{Key, Object};
