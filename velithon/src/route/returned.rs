//! How generated code replies with a value that may be none that a response can be made of: with one error, at the type
//! that is to blame.
//!
//! The macro names [`Reply`], [`ErrorReply`] and [`Writable`](crate::reply::Writable) where the user wrote the types, each
//! for the part that it concerns. The value itself is asked by method resolution, which finds an answer for any
//! type, so that nothing is said twice.

use axum::response::{IntoResponse, Response};

use crate::reply::Reply;

/// A `Result`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result`",
    label = "has the name `Result`, and is another type",
    note = "give the type another name; a handler that can fail returns `Result<_, _>` or `velithon::Result<_>`"
)]
pub trait Fallible {
    /// Its second type.
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;
}

/// What may stand in the second place of a handler's `Result`.
#[diagnostic::on_unimplemented(
    message = "the error `{Self}` is not a reply",
    label = "no response can be made of this error",
    note = "add `#[derive(Problem)]` to it, or return `velithon::Result<_>`, into which `?` turns any error"
)]
pub trait ErrorReply {
    /// Named by generated code.
    const ASSERTED: bool = true;
}

#[diagnostic::do_not_recommend]
impl<E> ErrorReply for E where Result<(), E>: IntoResponse {}

/// What a handler returned.
pub struct Returned<T>(pub T);

/// Found first: a response can be made of it.
pub trait ReturnedReply {
    /// The response; `status` replaces 200, and 0 replaces nothing.
    fn velithon_reply(self, status: u16) -> Response;
}

impl<T: Reply> ReturnedReply for Returned<T> {
    #[inline]
    fn velithon_reply(self, status: u16) -> Response {
        super::reply(self.0, status)
    }
}

/// Found last; an assertion at the type has reported it.
pub trait AnyReturned {
    /// No response.
    fn velithon_reply(self, status: u16) -> Response;
}

impl<T> AnyReturned for &Returned<T> {
    fn velithon_reply(self, _: u16) -> Response {
        // The assertions go by names, and a name can lie: a program that gets here in spite of them is not built.
        const { super::not_built::<T>("a handler returns a type that is not a reply") }
    }
}
