//! The value of a middleware's argument, which reads the head and may wait: the wrapper of a middleware is a future anyway.

use std::future::Future;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;

use super::FromCall;
use crate::reply::Error;
use crate::route::call::Call;
use crate::route::rejected::Rejected;

/// An argument's type, asked by method resolution.
pub struct Head<T>(PhantomData<fn() -> T>);

impl<T> Head<T> {
    /// The one value there is.
    pub const NEW: Self = Self(PhantomData);
}

/// Found first: velithon resolves it.
pub trait OwnHead<T> {
    /// The value.
    fn velithon_head(self, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromCall> OwnHead<T> for &&&Head<T> {
    async fn velithon_head(self, call: &mut Call) -> Result<T, Rejected> {
        // The slot of whichever argument came before.
        call.waited.clear();
        loop {
            let stopped = match T::from_call(call, 0) {
                Ok(value) => return Ok(value),
                Err(stopped) => stopped,
            };
            call.wait(stopped).await?;
        }
    }
}

/// Found second.
pub trait PartsHead<T> {
    /// The value.
    fn velithon_head(self, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T: FromRequestParts<()>> PartsHead<T> for &&Head<T> {
    async fn velithon_head(self, call: &mut Call) -> Result<T, Rejected> {
        T::from_request_parts(&mut call.parts, &()).await.map_err(Rejected::foreign)
    }
}

/// Found last; the assertion at the argument has reported it.
pub trait OtherHead<T> {
    /// No value.
    fn velithon_head(self, call: &mut Call) -> impl Future<Output = Result<T, Rejected>> + Send;
}

impl<T> OtherHead<T> for &Head<T> {
    async fn velithon_head(self, _: &mut Call) -> Result<T, Rejected> {
        Err(Error::internal("an argument that is no extractor of a request's head").into())
    }
}
