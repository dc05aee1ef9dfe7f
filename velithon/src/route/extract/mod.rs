//! How an argument that is neither captured nor a parameter gets its value: velithon's own handles, then axum's traits.
//!
//! [`Extractor`] is what a type has to be, said once at the type; the value itself is asked by method resolution
//! (`argument`), so that no `Handler` trait stands between a wrong type and its message.

mod argument;
mod head;
mod readable;

use axum::extract::{FromRequest, FromRequestParts};
use bytes::Bytes;
use http::HeaderMap;

pub(crate) use argument::from_body;
pub use argument::{Argument, OtherArgument, OwnArgument, resolution};
pub use head::{Head, OtherHead, OwnHead, PartsHead};
pub use readable::{Readable, Ruled};

use super::call::Call;
use super::rejected::Rejected;
use crate::config::{Config, Section};
use crate::inject::{All, Factory, Inject, Key, Lazy, Provide, ProvideAll};
use crate::reply::{Error, Problem};

/// What velithon resolves itself, without a request extension in between.
pub trait FromCall: Sized {
    /// What the plan should know that the argument asks for.
    fn dependency() -> Option<&'static Key> {
        None
    }

    /// The value for this request; `slot` is the argument's position in the record's dependencies.
    ///
    /// # Errors
    /// That it has to be waited for, or the reply to send instead.
    fn from_call(call: &Call, slot: usize) -> Result<Self, Rejected>;
}

/// What velithon reads from a whole body, without waiting once it is there.
pub trait FromBody: Sized {
    /// Whether the body may be read as this, by the request's fields.
    ///
    /// # Errors
    /// What is wrong with it: 415 for another media type.
    fn accept(headers: &HeaderMap) -> Result<(), Problem>;

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_body(body: Bytes) -> Result<Self, Problem>;
}

impl<T: ?Sized + Provide> FromCall for Inject<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    fn from_call(call: &Call, slot: usize) -> Result<Self, Rejected> {
        Ok(Self::from_object(call.object_of(slot, T::key())?))
    }
}

impl<T: ?Sized + ProvideAll> FromCall for All<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    fn from_call(call: &Call, slot: usize) -> Result<Self, Rejected> {
        Ok(Self::from_object(call.object_of(slot, T::key())?))
    }
}

impl<T: Section> FromCall for Config<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    fn from_call(call: &Call, slot: usize) -> Result<Self, Rejected> {
        let object = call.object_of(slot, T::key())?;
        Self::from_object(object).ok_or_else(|| Error::internal("a section of another type").into())
    }
}

impl<T: ?Sized + Provide> FromCall for Lazy<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    fn from_call(call: &Call, _: usize) -> Result<Self, Rejected> {
        Ok(Self::from_resolver(call.resolver()))
    }
}

impl<T: ?Sized + Provide> FromCall for Factory<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    fn from_call(call: &Call, _: usize) -> Result<Self, Rejected> {
        Ok(Self::from_resolver(call.resolver()))
    }
}

/// By which of the three ways a type is extracted.
pub mod via {
    /// [`FromCall`](super::FromCall).
    #[derive(Debug)]
    pub enum Velithon {}
    /// axum's `FromRequestParts`.
    #[derive(Debug)]
    pub enum Parts {}
    /// axum's `FromRequest`: it reads the body.
    #[derive(Debug)]
    pub enum Whole {}
}

/// Any type that a handler may take as an argument without a name in the path or an attribute.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor",
    label = "not an extractor",
    note = "take it from the body with `Json<{Self}>` or `Valid<Json<{Self}>>`, from the query with `axum::extract::Query<{Self}>`, from what is provided with `Inject<{Self}>`",
    note = "an argument that the path captures, or that has `#[query]`, `#[header]` or `#[cookie]`, is read from text; every other one is an extractor of velithon or axum"
)]
pub trait Extractor<Via> {
    /// Whether it consumes the body.
    const READS_BODY: bool;
}

/// The same for an argument that is written `State<_>`, which can be an extractor of the user's own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` asks for a state, and there is none",
    label = "axum's `State` belongs to a router of axum's",
    note = "what handlers share is injected: mark its type `#[inject]`, or give a value by `app.provide(..)`, and take `Inject<..>` of it"
)]
pub trait StateExtractor<Via> {
    /// Whether it consumes the body.
    const READS_BODY: bool;
}

#[diagnostic::do_not_recommend]
impl<Via, T: Extractor<Via>> StateExtractor<Via> for T {
    const READS_BODY: bool = T::READS_BODY;
}

#[diagnostic::do_not_recommend]
impl<T: FromCall> Extractor<via::Velithon> for T {
    const READS_BODY: bool = false;
}

#[diagnostic::do_not_recommend]
impl<T: FromRequestParts<()>> Extractor<via::Parts> for T {
    const READS_BODY: bool = false;
}

#[diagnostic::do_not_recommend]
impl<T: FromRequest<()>> Extractor<via::Whole> for T {
    const READS_BODY: bool = true;
}
