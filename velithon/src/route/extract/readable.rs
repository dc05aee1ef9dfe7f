//! What the extractors of velithon and axum ask of the type inside them, said at that type.
//!
//! `Json<NewUser>` is no extractor when `NewUser` is not `Deserialize`; what is missing is missing in `NewUser`.

use garde::Validate;
use serde::de::DeserializeOwned;

/// The type inside `Json<_>`, `Form<_>`, `Query<_>` and `Path<_>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request",
    label = "has no `Deserialize`",
    note = "add `#[derive(Deserialize)]` to it; serde stands in Cargo.toml with its feature `derive`"
)]
pub trait Readable {
    /// Named by generated code.
    const ASSERTED: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Readable for T {}

/// The type inside `Valid<Json<_>>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules for `Valid` to check",
    label = "has no `Validate`",
    note = "add `#[derive(Validate)]` to it, and `#[garde(..)]` to its fields; garde stands in Cargo.toml with its feature `derive`"
)]
pub trait Ruled {
    /// Named by generated code.
    const ASSERTED: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T: Validate<Context = ()>> Ruled for T {}
