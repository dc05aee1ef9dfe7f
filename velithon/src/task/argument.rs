//! What the types of a task must be, said at the types themselves.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A payload argument: it is written as JSON when the task is enqueued, and read where it runs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a task",
    label = "not written as JSON and read from it",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to it, or take it from the application: `Inject<{Self}>`"
)]
pub trait TaskArgument: Sized {
    /// Named by generated code, at the type.
    #[doc(hidden)]
    const ASSERTED: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> TaskArgument for T {}

/// What a task with `result` returns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a task",
    label = "not written as JSON and read from it",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to it, or take `result` away from `#[task]`"
)]
pub trait TaskResult: Sized {
    /// Named by generated code, at the type.
    #[doc(hidden)]
    const ASSERTED: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> TaskResult for T {}
