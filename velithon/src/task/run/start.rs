//! What generated code gets when a task starts, and what it gives back.

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

    /// What the task returned, to be kept.
    ///
    /// # Errors
    /// When it cannot be written as JSON, or is more than 64 KiB.
    pub fn keep(&self, value: &impl Serialize) -> Result<Kept> {
        let written = serde_json::to_vec(value)?;
        if written.len() > RESULT {
            let bytes = written.len();
            return Err(Error::internal(format!("a result of {bytes} bytes is not kept: {RESULT} are the limit")));
        }
        Ok(Some(written.into()))
    }
}
