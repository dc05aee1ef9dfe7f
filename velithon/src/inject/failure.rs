//! What a provider may fail with: anything that says why.
//!
//! By method resolution, so that errors which convert keep what they carry (a problem, a status), and those that only
//! become a boxed error (`anyhow::Error`, `Box<dyn Error + Send + Sync>`, `String`) are taken as well.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;

use crate::reply::Error;

type Boxed = Box<dyn StdError + Send + Sync>;

/// An error type that tells why a provider failed.
#[diagnostic::on_unimplemented(
    message = "a provider cannot fail with `{Self}`",
    label = "not an error",
    note = "return `velithon::Result<T>`, or `Result<T, E>` with an `E` that implements `std::error::Error`, `Send` and `Sync`"
)]
pub trait Failure: Into<Boxed> {}

impl<E: Into<Boxed>> Failure for E {}

/// An error about to be converted.
#[doc(hidden)]
pub struct Failed<E>(Cell<Option<E>>);

impl<E> Failed<E> {
    /// Convert it by `told`.
    pub const fn new(error: E) -> Self {
        Self(Cell::new(Some(error)))
    }
}

/// Found first: a conversion that keeps everything.
#[doc(hidden)]
pub trait FailedDirectly {
    fn told(self) -> Error;
}

impl<E: Into<Error>> FailedDirectly for Failed<E> {
    fn told(self) -> Error {
        self.0.take().map_or_else(|| Error::internal("a provider failed"), Into::into)
    }
}

/// Found second: the text and its causes.
#[doc(hidden)]
pub trait FailedBoxed {
    type Error;
    fn told(self) -> Error
    where
        Self::Error: Failure;
}

impl<E> FailedBoxed for &Failed<E> {
    type Error = E;

    fn told(self) -> Error
    where
        E: Failure,
    {
        self.0.take().map_or_else(|| Error::internal("a provider failed"), |error| Opaque(error.into()).into())
    }
}

/// A boxed error is no `std::error::Error` itself.
struct Opaque(Boxed);

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Opaque {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
