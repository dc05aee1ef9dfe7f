//! The attribute macros of velithon: each looks at one item, checks it and writes one constant record about it.
//!
//! Every macro has its own folder: `parse.rs` (tokens to a typed value with spans), `check.rs` (a small function per
//! rule), `emit.rs` (the value to tokens, no decisions left), `tests.rs` (expansions pinned as text).

#[cfg_attr(not(test), expect(dead_code, reason = "the attributes of routes and bindings call it"))]
mod condition;
mod config;
#[cfg_attr(not(test), expect(dead_code, reason = "the attributes of routes and tasks call it"))]
mod duration;
mod faults;
mod literal;
#[cfg_attr(not(test), expect(dead_code, reason = "the attributes of routes call it"))]
mod size;

use proc_macro::TokenStream;

/// Makes a struct hold a section of the configuration: `#[config("shop")]` reads `[shop]` of velithon.toml.
///
/// ```ignore
/// /// Settings under `[shop]`, overridden by VELITHON_SHOP__CACHE and so on.
/// #[config("shop")]
/// #[derive(Deserialize)]
/// struct ShopConfig {
///     #[serde(default)]
///     cache: CacheKind,
///     jwt_key: Secret<String>,
///     #[serde(default = "half_a_minute", with = "velithon::config::duration")]
///     timeout: Duration,
/// }
/// ```
///
/// The struct has named fields, a key each, and derives serde's `Deserialize`; what serde's attributes say (`default`,
/// `rename`, `rename_all`, `alias`, `with`) holds, except `flatten`, which would hide misspelt keys. A handler, task or
/// provider takes it as `Config<ShopConfig>`.
///
/// The section is read before any provider runs. A missing key, a wrong value and a key that no field takes are faults
/// with their place, all at once. A struct that derives garde's `Validate` is validated as well, with the default of its
/// context. Two structs may hold the same section: a key is known when one of them has it.
///
/// The name consists of small letters, digits and `_`, begins with a letter, and is none of `features`, `profile` and
/// `allow_plain_secrets`.
#[proc_macro_attribute]
pub fn config(attribute: TokenStream, item: TokenStream) -> TokenStream {
    config::expand(attribute.into(), item.into()).into()
}
