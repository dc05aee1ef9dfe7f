//! What `main` may end with.

use crate::reply::Error;

/// The result of `main`: nothing, or an error that becomes a [`velithon::Error`](Error).
#[diagnostic::on_unimplemented(
    message = "`main` cannot end with `{Self}`",
    label = "not a result of `main`",
    note = "write `-> velithon::Result<()>`; any `Result<(), E>` will do whose `E` becomes a `velithon::Error` by `?`"
)]
pub trait Ended {
    /// The same as a result of velithon's.
    ///
    /// # Errors
    /// What `main` failed with.
    fn ended(self) -> Result<(), Error>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> Ended for Result<(), E> {
    fn ended(self) -> Result<(), Error> {
        self.map_err(Into::into)
    }
}

/// The expansion of `#[velithon::main]` passes through here what the user's `main` returned.
///
/// # Errors
/// What it failed with.
#[doc(hidden)]
pub fn ended<T: Ended>(result: T) -> Result<(), Error> {
    result.ended()
}
