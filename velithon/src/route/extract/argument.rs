//! The value of an argument, asked by method resolution: whatever its type, there is an answer, and a type that is no
//! extractor is told once, by the assertion at the type.
//!
//! The methods have names that nobody else gives: a user's trait for every type may stand in the scope of a handler.
//!
//! Asked in this order: what velithon resolves ([`FromCall`]), what it reads from a whole body ([`FromBody`]), then
//! axum's `FromRequestParts` and `FromRequest`, which may wait and so run before the wrapper is run again.

use std::any::Any;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts};
use bytes::Bytes;

use super::{FromBody, FromCall};
use crate::inject::{BoxFuture, Key};
use crate::route::call::Call;
use crate::route::rejected::Rejected;
use crate::route::waiting::Waiting;

/// What an argument is asked by, for `use ::velithon::route::resolution::*`.
pub mod resolution {
    pub use super::{BodyArgument as _, OtherArgument as _, OwnArgument as _, PartsArgument as _, WholeArgument as _};
}

/// An argument's type, asked by method resolution.
pub struct Argument<T>(PhantomData<fn() -> T>);

impl<T> Argument<T> {
    /// The one value there is.
    pub const NEW: Self = Self(PhantomData);
}

/// Found first: velithon resolves it.
pub trait OwnArgument<T> {
    /// Whether the value is there: where several arguments may wait, all are asked before one is taken.
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected>;
    /// The value.
    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected>;
    /// What the plan should know that the argument asks for.
    fn velithon_dependency(self) -> Option<&'static Key>;
}

impl<T: FromCall> OwnArgument<T> for &&&&&Argument<T> {
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected> {
        T::from_call(call, slot).map(drop)
    }

    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected> {
        T::from_call(call, slot)
    }

    fn velithon_dependency(self) -> Option<&'static Key> {
        T::dependency()
    }
}

/// Found second: it is read from the body once that is there.
pub trait BodyArgument<T> {
    /// Whether the body is there, and of a kind that it may be read from.
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected>;
    /// The value.
    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected>;
}

impl<T: FromBody> BodyArgument<T> for &&&&Argument<T> {
    fn velithon_ready(self, call: &mut Call, _: usize) -> Result<(), Rejected> {
        whole_body::<T>(call).map(drop)
    }

    fn velithon_take(self, call: &mut Call, _: usize) -> Result<T, Rejected> {
        from_body(call)
    }
}

/// The value that a body holds.
pub(crate) fn from_body<T: FromBody>(call: &Call) -> Result<T, Rejected> {
    T::from_body(whole_body::<T>(call)?).map_err(Rejected::new)
}

/// The body, which is read once the request's fields say that it may be a `T`.
fn whole_body<T: FromBody>(call: &Call) -> Result<Bytes, Rejected> {
    match &call.bytes {
        Some(bytes) => Ok(bytes.clone()),
        None => {
            T::accept(call.headers()).map_err(Rejected::new)?;
            Err(Rejected::waiting(Waiting::Body))
        }
    }
}

/// Found third: it reads the head.
pub trait PartsArgument<T> {
    /// Whether the value is there.
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected>;
    /// The value.
    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected>;
}

impl<T: FromRequestParts<()> + Send + 'static> PartsArgument<T> for &&&Argument<T> {
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected> {
        call.made(slot, parts::<T>)
    }

    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected> {
        call.made(slot, parts::<T>)?;
        call.take_made(slot)
    }
}

fn parts<T: FromRequestParts<()> + Send + 'static>(
    call: &mut Call,
) -> BoxFuture<'_, Result<Box<dyn Any + Send>, Rejected>> {
    Box::pin(async move {
        match T::from_request_parts(&mut call.parts, &()).await {
            Ok(value) => Ok(Box::new(value) as Box<dyn Any + Send>),
            Err(refused) => Err(Rejected::foreign(refused)),
        }
    })
}

/// Found fourth: it takes the request, body included.
pub trait WholeArgument<T> {
    /// Whether the value is there.
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected>;
    /// The value.
    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected>;
}

impl<T: FromRequest<()> + Send + 'static> WholeArgument<T> for &&Argument<T> {
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected> {
        call.made(slot, whole::<T>)
    }

    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected> {
        call.made(slot, whole::<T>)?;
        call.take_made(slot)
    }
}

fn whole<T: FromRequest<()> + Send + 'static>(call: &mut Call) -> BoxFuture<'_, Result<Box<dyn Any + Send>, Rejected>> {
    let mut request = call.take_request();
    call.limit(&mut request);
    Box::pin(async move {
        match T::from_request(request, &()).await {
            Ok(value) => Ok(Box::new(value) as Box<dyn Any + Send>),
            Err(refused) => Err(Rejected::foreign(refused)),
        }
    })
}

/// Found last; the assertion at the argument has reported it.
pub trait OtherArgument<T> {
    /// Nothing.
    fn velithon_ready(self, call: &mut Call, slot: usize) -> Result<(), Rejected>;
    /// No value.
    fn velithon_take(self, call: &mut Call, slot: usize) -> Result<T, Rejected>;
    /// Nothing that the plan needs to know.
    fn velithon_dependency(self) -> Option<&'static Key>;
}

impl<T> OtherArgument<T> for &Argument<T> {
    fn velithon_ready(self, _: &mut Call, _: usize) -> Result<(), Rejected> {
        Ok(())
    }

    fn velithon_take(self, _: &mut Call, _: usize) -> Result<T, Rejected> {
        // Some assertions go by names, and a name can lie: a program that gets here in spite of them is not built.
        const { crate::route::not_built::<T>("a handler takes an argument that is not an extractor") }
    }

    fn velithon_dependency(self) -> Option<&'static Key> {
        None
    }
}
