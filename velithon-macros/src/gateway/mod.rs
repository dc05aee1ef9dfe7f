//! `#[upstream]` on a struct, and `#[gateway]` on a struct or function: the in-process reverse proxy.
//!
//! `syntax` reads entries, `read` gives them a meaning by the tables of `schema` and `keys`, `text` holds a rule for each
//! kind of text. What comes out are records whose attributes are the lowest layer of the configuration, and hooks for
//! what no text can say.
//!
//! Nothing here knows a default: a key that is not written is not in the record.

mod keys;
mod mark;
mod read;
mod route;
mod schema;
mod settings;
mod syntax;
mod text;
mod tokens;
mod upstream;

pub(crate) use route::expand as gateway;
pub(crate) use upstream::expand as upstream;
