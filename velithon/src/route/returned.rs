//! How generated code replies with a value that may be none that a response can be made of: with one error, at the type
//! that is to blame.
//!
//! The macro names [`Reply`], [`ErrorReply`] and [`Writable`](crate::reply::Writable) where the user wrote the types, each
//! for the part that it concerns. The value itself is asked by method resolution, which finds an answer for any
//! type, so that nothing is said twice.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::json::ToJson;
use crate::reply::{Json, Reply};

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

/// The type that a handler returns, asked how values of it become replies.
///
/// Generated code calls `velithon_reply` on a reference to a reference .. to it, and method resolution takes off one after
/// the other: so the traits below are tried in their order, whatever names and aliases the type has.
pub struct Returned<T>(PhantomData<fn() -> T>);

impl<T> Clone for Returned<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Returned<T> {}

impl<T> Returned<T> {
    /// For generated code.
    pub const NEW: Self = Self(PhantomData);
}

/// The traits, for generated code.
pub mod replies {
    pub use super::{AnyReturned as _, ReturnedReply as _, SerializedList as _, WrittenList as _, WrittenValue as _};
}

/// Found first: a list whose elements have writers and can be shared by threads.
pub trait WrittenList<T> {
    /// The response; `status` replaces 200, and 0 replaces nothing.
    fn velithon_reply(self, value: T, status: u16) -> Response;
}

impl<T: ToJson + Send + Sync + 'static> WrittenList<Json<Vec<T>>> for &&&&Returned<Json<Vec<T>>> {
    #[inline]
    fn velithon_reply(self, value: Json<Vec<T>>, status: u16) -> Response {
        super::reply(value.written_list(), status)
    }
}

impl<T: ToJson + Send + Sync + 'static, E: IntoResponse> WrittenList<Result<Json<Vec<T>>, E>>
    for &&&&Returned<Result<Json<Vec<T>>, E>>
{
    #[inline]
    fn velithon_reply(self, value: Result<Json<Vec<T>>, E>, status: u16) -> Response {
        super::reply(value.map(Json::written_list), status)
    }
}

/// Found second: a value with a writer.
pub trait WrittenValue<T> {
    /// The response.
    fn velithon_reply(self, value: T, status: u16) -> Response;
}

impl<T: ToJson> WrittenValue<Json<T>> for &&&Returned<Json<T>> {
    #[inline]
    fn velithon_reply(self, value: Json<T>, status: u16) -> Response {
        super::reply(value.written(), status)
    }
}

impl<T: ToJson, E: IntoResponse> WrittenValue<Result<Json<T>, E>> for &&&Returned<Result<Json<T>, E>> {
    #[inline]
    fn velithon_reply(self, value: Result<Json<T>, E>, status: u16) -> Response {
        super::reply(value.map(Json::written), status)
    }
}

/// Found third: a list whose elements threads can share, and that goes through `Serialize`.
pub trait SerializedList<T> {
    /// The response.
    fn velithon_reply(self, value: T, status: u16) -> Response;
}

impl<T: Serialize + Send + Sync + 'static> SerializedList<Json<Vec<T>>> for &&Returned<Json<Vec<T>>> {
    #[inline]
    fn velithon_reply(self, value: Json<Vec<T>>, status: u16) -> Response {
        super::reply(value.serialized_list(), status)
    }
}

impl<T: Serialize + Send + Sync + 'static, E: IntoResponse> SerializedList<Result<Json<Vec<T>>, E>>
    for &&Returned<Result<Json<Vec<T>>, E>>
{
    #[inline]
    fn velithon_reply(self, value: Result<Json<Vec<T>>, E>, status: u16) -> Response {
        super::reply(value.map(Json::serialized_list), status)
    }
}

/// Found fourth: a response can be made of it.
pub trait ReturnedReply<T> {
    /// The response.
    fn velithon_reply(self, value: T, status: u16) -> Response;
}

impl<T: Reply> ReturnedReply<T> for &Returned<T> {
    #[inline]
    fn velithon_reply(self, value: T, status: u16) -> Response {
        super::reply(value, status)
    }
}

/// Found last; an assertion at the type has reported it.
pub trait AnyReturned<T> {
    /// No response.
    fn velithon_reply(self, value: T, status: u16) -> Response;
}

impl<T> AnyReturned<T> for Returned<T> {
    fn velithon_reply(self, _: T, _: u16) -> Response {
        // The assertions go by names, and a name can lie: a program that gets here in spite of them is not built.
        const { super::not_built::<T>("a handler returns a type that is not a reply") }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use http_body::Body as _;

    use super::replies::*;
    use super::*;
    use crate::json::Buffer;
    use crate::reply::Error;

    /// Tells which of its two ways was taken.
    #[derive(Clone)]
    struct Telling<M = ()>(PhantomData<M>);

    impl<M> Serialize for Telling<M> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str("serialized")
        }
    }

    impl<M> ToJson for Telling<M> {
        fn write_json(&self, to: &mut Buffer) {
            to.fragment("\"written\"");
        }
    }

    #[derive(Serialize)]
    struct Plain(&'static str);

    type Alias<T> = Result<Json<T>, Error>;

    macro_rules! reply {
        ($ty:ty: $value:expr) => {
            (&&&&Returned::<$ty>::NEW).velithon_reply($value, 201)
        };
    }

    async fn text(reply: Response) -> String {
        assert_eq!(reply.status(), 201);
        String::from_utf8(axum::body::to_bytes(reply.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    fn telling<M>(times: usize) -> Vec<Telling<M>> {
        (0..times).map(|_| Telling(PhantomData)).collect()
    }

    #[tokio::test]
    async fn a_value_with_a_writer_is_written_by_it() {
        assert_eq!(text(reply!(Json<Telling>: Json(Telling(PhantomData)))).await, "\"written\"");
        assert_eq!(text(reply!(Alias<Telling>: Ok(Json(Telling(PhantomData))))).await, "\"written\"");
        assert_eq!(text(reply!(Json<Vec<Telling>>: Json(telling(2)))).await, r#"["written","written"]"#);
        assert_eq!(text(reply!(Alias<Vec<Telling>>: Ok(Json(telling(1))))).await, r#"["written"]"#);
    }

    #[tokio::test]
    async fn a_value_without_a_writer_goes_through_serialize() {
        assert_eq!(text(reply!(Json<Plain>: Json(Plain("a")))).await, "\"a\"");
        assert_eq!(text(reply!(Alias<Vec<Plain>>: Ok(Json(vec![Plain("a")])))).await, "[\"a\"]");
        type InATuple = ([(&'static str, &'static str); 1], Json<Telling>);
        let in_a_tuple = ([("x-field", "a")], Json(Telling(PhantomData)));
        assert_eq!(text(reply!(InATuple: in_a_tuple)).await, "\"serialized\"");
    }

    #[tokio::test]
    async fn a_list_is_cut_only_if_threads_can_share_its_elements() {
        const MANY: usize = 200_000;
        assert_eq!(reply!(Json<Vec<Telling>>: Json(telling(MANY))).body().size_hint().exact(), None);
        let unshared = reply!(Json<Vec<Telling<Cell<u8>>>>: Json(telling(MANY)));
        assert_eq!(unshared.body().size_hint().exact(), Some(MANY as u64 * 10 + 1));
        let plain = || (0..MANY).map(|_| Plain("a")).collect::<Vec<_>>();
        assert_eq!(reply!(Alias<Vec<Plain>>: Ok(Json(plain()))).body().size_hint().exact(), None);
    }

    #[test]
    fn an_error_keeps_its_own_status() {
        assert_eq!(reply!(Alias<Telling>: Err(Error::bad_request("no"))).status(), 400);
        assert_eq!(reply!(Alias<Vec<Telling>>: Err(Error::bad_request("no"))).status(), 400);
    }

    #[tokio::test]
    async fn what_is_no_json_replies_as_ever() {
        assert_eq!(text(reply!(&str: "hello")).await, "hello");
        assert_eq!(text(reply!((): ())).await, "");
    }
}
