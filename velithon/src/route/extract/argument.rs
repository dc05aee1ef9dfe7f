//! The value of an argument, asked by method resolution: whatever its type, there is an answer, and a type that is no
//! extractor is told once, by the assertion at the type.
//!
//! The methods have names that nobody else gives: a user's trait for every type may stand in the scope of a handler.
//!
//! There are two phases, all parts before the body, which is why an extractor that reads the body may stand in any
//! position. Each asks first [`FromCall`], then `FromRequestParts`, then `FromRequest`.

use std::future::{Future, ready};
use std::marker::PhantomData;

use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts};

use super::FromCall;
use crate::inject::Key;
use crate::reply::Error;
use crate::route::call::{Call, Rejected};

/// What both phases are asked by, for `use ::velithon::route::resolution::*`.
pub mod resolution {
    pub use super::{
        OtherArgument as _, OtherFinish as _, OwnArgument as _, OwnFinish as _, PartsArgument as _, PartsFinish as _,
        WholeFinish as _,
    };
}

/// An argument's type, asked by method resolution.
pub struct Argument<T>(PhantomData<fn() -> T>);

impl<T> Argument<T> {
    /// The one value there is.
    pub const NEW: Self = Self(PhantomData);
}

/// What the first phase found out about an argument.
pub enum Started<T> {
    /// Its value.
    Ready(T),
    /// It reads the body, so it waits until all others have their values.
    Later,
}

/// Found first.
pub trait OwnArgument<T> {
    /// First phase.
    fn velithon_start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
    /// What the plan should know that the argument asks for.
    fn velithon_dependency(self) -> Option<&'static Key>;
}

impl<T: FromCall> OwnArgument<T> for &&&Argument<T> {
    fn velithon_start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send {
        let value = T::from_call(call);
        async { value.await.map(Started::Ready) }
    }

    fn velithon_dependency(self) -> Option<&'static Key> {
        T::dependency()
    }
}

/// Found second.
pub trait PartsArgument<T> {
    /// First phase.
    fn velithon_start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
}

impl<T: FromRequestParts<()>> PartsArgument<T> for &&Argument<T> {
    fn velithon_start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send {
        let value = T::from_request_parts(&mut call.parts, &());
        async { value.await.map(Started::Ready).map_err(Rejected::foreign) }
    }
}

/// Found last; also stands in for a type that is no extractor, which the assertion at the argument already reports.
pub trait OtherArgument<T> {
    /// First phase.
    fn velithon_start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
    /// Nothing that the plan needs to know.
    fn velithon_dependency(self) -> Option<&'static Key>;
}

impl<T> OtherArgument<T> for &Argument<T> {
    async fn velithon_start(self, _: &mut Call) -> Result<Started<T>, Rejected> {
        Ok(Started::Later)
    }

    fn velithon_dependency(self) -> Option<&'static Key> {
        None
    }
}

/// Found first: it reads the body, or may.
pub trait WholeFinish<T> {
    /// Second phase.
    fn velithon_finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromRequest<()> + Send> WholeFinish<T> for &&&&Argument<T> {
    async fn velithon_finish(self, started: Started<T>, call: &mut Call) -> Result<T, Rejected> {
        match started {
            Started::Ready(value) => Ok(value),
            Started::Later => whole(call).await,
        }
    }
}

/// What is read from the body, as long as the route allows.
pub(crate) async fn whole<T: FromRequest<()>>(call: &mut Call) -> Result<T, Rejected> {
    let limit = call.body_limit();
    let mut request = call.take_request();
    if let Some(limit) = limit {
        DefaultBodyLimit::max(usize::try_from(limit).unwrap_or(usize::MAX)).apply(&mut request);
    }
    T::from_request(request, &()).await.map_err(Rejected::foreign)
}

/// Found second.
pub trait PartsFinish<T> {
    /// Second phase.
    fn velithon_finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromRequestParts<()> + Send> PartsFinish<T> for &&&Argument<T> {
    fn velithon_finish(self, started: Started<T>, _: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send {
        ready(started.value())
    }
}

/// Found third.
pub trait OwnFinish<T> {
    /// Second phase.
    fn velithon_finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromCall + Send> OwnFinish<T> for &&Argument<T> {
    fn velithon_finish(self, started: Started<T>, _: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send {
        ready(started.value())
    }
}

/// Found last: the type is no extractor.
pub trait OtherFinish<T> {
    /// Second phase.
    fn velithon_finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: Send> OtherFinish<T> for &Argument<T> {
    fn velithon_finish(self, _: Started<T>, _: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send {
        // Some assertions go by names, and a name can lie: a program that gets here in spite of them is not built.
        ready(const { crate::route::not_built::<T>("a handler takes an argument that is not an extractor") })
    }
}

impl<T> Started<T> {
    fn value(self) -> Result<T, Rejected> {
        match self {
            Self::Ready(value) => Ok(value),
            Self::Later => Err(Error::internal("an argument was not ready").into()),
        }
    }
}
