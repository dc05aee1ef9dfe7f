//! The ends of values, as generated code finds them: `finish` by the trait, `stop` by what the named method returns.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use super::Object;
use super::finish::{Finish, Outcome};
use super::object::downcast;
use super::provide::{BoxFuture, FinishFn};

/// Whether a request-scoped type has an end: `EndOf::<T>::FINISH`.
#[doc(hidden)]
pub struct EndOf<T>(PhantomData<fn(&T)>);

impl<T: Finish> EndOf<T> {
    /// Found first.
    pub const FINISH: Option<FinishFn> = Some(finish::<T>);
}

fn finish<T: Finish>(object: Object, outcome: Outcome) -> BoxFuture<'static, crate::reply::Result<()>> {
    Box::pin(async move { downcast::<T>(object).finish(outcome).await })
}

/// Found when the type does not implement [`Finish`].
#[doc(hidden)]
pub trait NoEnd {
    const FINISH: Option<FinishFn> = None;
}

impl<T> NoEnd for EndOf<T> {}

/// What a `stop` method may return, or its future may have as output.
#[diagnostic::on_unimplemented(
    message = "a `stop` method cannot return `{Self}`",
    label = "neither `()` nor a `Result`",
    note = "write `async fn stop(&self)`, or let it return `Result<(), E>` with an `E` that can be displayed"
)]
pub trait Stopped {
    /// Writes a failure to the log: at shutdown nobody else is there to hear it.
    fn settle(self, provider: &'static str);
}

impl Stopped for () {
    fn settle(self, _: &'static str) {}
}

impl<E: fmt::Display> Stopped for Result<(), E> {
    fn settle(self, provider: &'static str) {
        if let Err(error) = self {
            tracing::error!(provider, %error, "a provider failed to stop");
        }
    }
}

/// Whether a `stop` method is asynchronous, asked of what it returned.
#[doc(hidden)]
pub struct StopOf<R>(PhantomData<fn(&R)>);

impl<R> StopOf<R> {
    /// Asks by method resolution.
    pub const fn of(_: &R) -> Self {
        Self(PhantomData)
    }
}

/// Found first: a future.
#[doc(hidden)]
pub trait StopLater {
    fn kind(&self) -> Later;
}

impl<R: Future> StopLater for &StopOf<R> {
    fn kind(&self) -> Later {
        Later
    }
}

/// Found second: everything else is what the method had to say.
#[doc(hidden)]
pub trait StopNow {
    fn kind(&self) -> Now;
}

impl<R> StopNow for StopOf<R> {
    fn kind(&self) -> Now {
        Now
    }
}

#[doc(hidden)]
pub struct Later;

impl Later {
    /// Boxed, since the bound would be an error a second time where the future is awaited.
    pub fn settle<'s, R>(self, stopping: R, provider: &'static str) -> BoxFuture<'s, ()>
    where
        R: Future<Output: Stopped> + Send + 's,
    {
        Box::pin(async move { stopping.await.settle(provider) })
    }
}

#[doc(hidden)]
pub struct Now;

impl Now {
    pub fn settle<R: Stopped>(self, stopped: R, provider: &'static str) -> std::future::Ready<()> {
        stopped.settle(provider);
        std::future::ready(())
    }
}
