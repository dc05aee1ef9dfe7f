//! Why a handler's wrapper stopped: the reply to send instead of the handler's, or what it has to wait for.

use axum::response::{IntoResponse, Response};

use super::waiting::Waiting;
use crate::reply::{Error, into_problem};

/// Why a wrapper did not reach its handler.
pub struct Rejected(Rejection);

enum Rejection {
    /// Ours: a problem already.
    Reply(Box<Response>),
    /// What an axum extractor answered: plain text becomes a problem.
    Foreign(Box<Response>),
    /// No reply: the wrapper is to run again.
    Waiting(Waiting),
}

impl Rejected {
    /// A reply that is sent as it is.
    #[cold]
    pub fn new(reply: impl IntoResponse) -> Self {
        Self(Rejection::Reply(Box::new(reply.into_response())))
    }

    /// What an extractor answered.
    #[cold]
    pub(crate) fn foreign(reply: impl IntoResponse) -> Self {
        Self(Rejection::Foreign(Box::new(reply.into_response())))
    }

    /// What the wrapper waits for.
    pub(super) fn waiting(what: Waiting) -> Self {
        Self(Rejection::Waiting(what))
    }

    /// What to wait for before the wrapper runs again.
    ///
    /// # Errors
    /// Itself, when there is a reply to send.
    pub(super) fn into_waiting(self) -> Result<Waiting, Self> {
        match self.0 {
            Rejection::Waiting(what) => Ok(what),
            _ => Err(self),
        }
    }

    /// The reply to send.
    pub async fn into_reply(self) -> Response {
        match self.0 {
            Rejection::Reply(reply) => *reply,
            Rejection::Foreign(reply) => into_problem(*reply).await,
            Rejection::Waiting(_) => Error::internal("an argument was not waited for").into_response(),
        }
    }
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self::new(error)
    }
}
