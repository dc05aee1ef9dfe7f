//! How an argument that is neither captured nor a parameter gets its value: velithon's own handles, then axum's traits.
//!
//! A wrapper asks [`Argument`] by method resolution, so that no `Handler` trait stands between a wrong type and its
//! message: first [`FromCall`], then `FromRequestParts`, then `FromRequest`. It asks in two phases, all parts before the
//! body, which is why an extractor that reads the body may stand in any position.

use std::future::Future;
use std::marker::PhantomData;

use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts};

use super::call::{Call, Rejected};
use crate::config::{Config, Section};
use crate::inject::{All, Factory, Inject, Key, Lazy, Provide, ProvideAll};
use crate::reply::Error;

/// What velithon resolves itself, without a request extension in between.
pub trait FromCall: Sized {
    /// What the plan should know that the argument asks for.
    fn dependency() -> Option<&'static Key> {
        None
    }

    /// The value for this request.
    fn from_call(call: &mut Call) -> impl Future<Output = Result<Self, Rejected>> + Send;
}

impl<T: ?Sized + Provide> FromCall for Inject<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    async fn from_call(call: &mut Call) -> Result<Self, Rejected> {
        Ok(Self::from_object(call.resolver().resolve(T::key()).await?))
    }
}

impl<T: ?Sized + ProvideAll> FromCall for All<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    async fn from_call(call: &mut Call) -> Result<Self, Rejected> {
        Ok(Self::from_object(call.resolver().resolve(T::key()).await?))
    }
}

impl<T: Section> FromCall for Config<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    async fn from_call(call: &mut Call) -> Result<Self, Rejected> {
        let object = call.resolver().resolve(T::key()).await?;
        Self::from_object(object).ok_or_else(|| Error::internal("a section of another type").into())
    }
}

impl<T: ?Sized + Provide> FromCall for Lazy<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    async fn from_call(call: &mut Call) -> Result<Self, Rejected> {
        Ok(Self::from_resolver(call.resolver()))
    }
}

impl<T: ?Sized + Provide> FromCall for Factory<T> {
    fn dependency() -> Option<&'static Key> {
        Some(T::key())
    }

    async fn from_call(call: &mut Call) -> Result<Self, Rejected> {
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
    note = "an argument is a capture of the path by its name, a `#[query]`, `#[header]` or `#[cookie]`, `Inject<_>`, `Config<_>`, or any extractor of velithon or axum",
    note = "for a body write `Json<{Self}>` or `Valid<Json<{Self}>>`; for the query string as a whole `axum::extract::Query<{Self}>`"
)]
pub trait Extractor<Via> {
    /// Whether it consumes the body.
    const READS_BODY: bool;
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

/// Asserts that a type is an extractor, and says how many bodies it reads: none or one.
///
/// The macro names it once for each argument, at its type, and sums what a handler takes.
#[doc(hidden)]
pub const fn extractor<T: Extractor<Via>, Via>() -> usize {
    T::READS_BODY as usize
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
    fn start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
    /// What the plan should know that the argument asks for.
    fn dependency(self) -> Option<&'static Key>;
}

impl<T: FromCall> OwnArgument<T> for &&&Argument<T> {
    fn start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send {
        let value = T::from_call(call);
        async { value.await.map(Started::Ready) }
    }

    fn dependency(self) -> Option<&'static Key> {
        T::dependency()
    }
}

/// Found second.
pub trait PartsArgument<T> {
    /// First phase.
    fn start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
}

impl<T: FromRequestParts<()>> PartsArgument<T> for &&Argument<T> {
    fn start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send {
        let value = T::from_request_parts(&mut call.parts, &());
        async { value.await.map(Started::Ready).map_err(Rejected::foreign) }
    }
}

/// Found last; also stands in for a type that is no extractor, which the assertion at the argument already reports.
pub trait OtherArgument<T> {
    /// First phase.
    fn start(self, call: &mut Call) -> impl Future<Output = Result<Started<T>, Rejected>> + Send;
    /// Nothing that the plan needs to know.
    fn dependency(self) -> Option<&'static Key>;
}

impl<T> OtherArgument<T> for &Argument<T> {
    async fn start(self, _: &mut Call) -> Result<Started<T>, Rejected> {
        Ok(Started::Later)
    }

    fn dependency(self) -> Option<&'static Key> {
        None
    }
}

/// Second phase of a type that reads the body.
pub trait WholeArgument<T> {
    /// Its value.
    fn finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromRequest<()> + Send> WholeArgument<T> for &&Argument<T> {
    async fn finish(self, started: Started<T>, call: &mut Call) -> Result<T, Rejected> {
        match started {
            Started::Ready(value) => Ok(value),
            Started::Later => {
                let limit = call.body_limit();
                let mut request = call.take_request();
                if let Some(limit) = limit {
                    DefaultBodyLimit::max(usize::try_from(limit).unwrap_or(usize::MAX)).apply(&mut request);
                }
                T::from_request(request, &()).await.map_err(Rejected::foreign)
            }
        }
    }
}

/// Second phase of all others.
pub trait ReadyArgument<T> {
    /// The value of the first phase.
    fn finish(self, started: Started<T>, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: Send> ReadyArgument<T> for &Argument<T> {
    async fn finish(self, started: Started<T>, _: &mut Call) -> Result<T, Rejected> {
        match started {
            Started::Ready(value) => Ok(value),
            Started::Later => Err(Error::internal("an argument that is no extractor").into()),
        }
    }
}
