//! Routing: the path templates of routes, the patterns of middleware, and the table that finds the one for a request,
//! and the single values that a request carries.

mod grammar;
pub mod params;
mod pattern;
mod table;
mod template;

pub use pattern::{Coverage, Pattern};
pub use table::{Captures, Conflict, Found, InvalidUtf8, Table, decode};
pub use template::{Template, TemplateFault};
