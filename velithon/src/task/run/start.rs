//! What generated code gets when a task starts, and what it gives back.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use crate::inject::{BoxFuture, Resolver};
use crate::reply::{Error, Result};
use crate::task::context::TaskContext;

/// What a task returned, if it is kept: JSON.
pub type Kept = Option<Bytes>;

/// Runs a task: reads its payload, asks the application for the rest, calls the function.
pub type RunTask = for<'r> fn(&'r Start, Resolver<'r>) -> BoxFuture<'r, Result<Kept>>;

/// The greatest result that is kept, in bytes.
const RESULT: usize = 64 * 1024;

/// One attempt that is about to begin.
#[doc(hidden)]
pub struct Start {
    pub(crate) context: TaskContext,
    pub(crate) payload: Bytes,
}

impl Start {
    /// Its arguments: a JSON array.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The run itself.
    pub fn context(&self) -> TaskContext {
        self.context.clone()
    }

    fn keep(&self, value: &impl Serialize) -> Result<Kept> {
        let written = serde_json::to_vec(value)?;
        if written.len() > RESULT {
            let bytes = written.len();
            return Err(Error::internal(format!("a result of {bytes} bytes is not kept: {RESULT} are the limit")));
        }
        Ok(Some(written.into()))
    }
}

/// What a task returns, by method resolution: one that cannot be written is told once, at its type, by
/// [`TaskResult`](crate::task::TaskResult).
#[doc(hidden)]
pub struct ResultOf<T>(PhantomData<fn(&T)>);

impl<T> ResultOf<T> {
    /// Asks by method resolution.
    pub const NEW: Self = Self(PhantomData);
}

/// Found first: it can be written as JSON.
#[doc(hidden)]
pub trait ResultJson<T> {
    /// What is kept.
    ///
    /// # Errors
    /// When it cannot be written, or is more than 64 KiB.
    fn keep(&self, start: &Start, value: &T) -> Result<Kept>;
}

impl<T: Serialize> ResultJson<T> for &ResultOf<T> {
    fn keep(&self, start: &Start, value: &T) -> Result<Kept> {
        start.keep(value)
    }
}

/// Found when it cannot: the assertion at its type already is the one error.
#[doc(hidden)]
pub trait ResultNone<T> {
    /// Nothing.
    ///
    /// # Errors
    /// None.
    fn keep(&self, start: &Start, value: &T) -> Result<Kept>;
}

impl<T> ResultNone<T> for ResultOf<T> {
    fn keep(&self, _: &Start, _: &T) -> Result<Kept> {
        Ok(None)
    }
}
