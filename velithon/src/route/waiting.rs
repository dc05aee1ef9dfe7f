//! What an argument may have to wait for, and the waiting.

use std::any::Any;

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use http_body_util::{BodyExt, LengthLimitError};

use super::call::{Call, Waited};
use super::rejected::Rejected;
use crate::inject::{BoxFuture, Key};
use crate::reply::unread;

/// Begins to make an argument's value.
pub(super) type Start = for<'c> fn(&'c mut Call) -> BoxFuture<'c, Result<Box<dyn Any + Send>, Rejected>>;

/// What stopped a wrapper.
pub(super) enum Waiting {
    /// A value that a provider has to make.
    Object { slot: usize, key: &'static Key },
    /// An extractor that may wait.
    Value { slot: usize, start: Start },
    /// The whole body.
    Body,
}

impl Call {
    /// Waits for what stopped the wrapper.
    ///
    /// # Errors
    /// The reply, when it was no waiting that stopped it, or what was waited for failed.
    pub(crate) async fn wait(&mut self, stopped: Rejected) -> Result<(), Rejected> {
        match stopped.into_waiting()? {
            Waiting::Object { slot, key } => {
                let object = self.exchange.resolver().resolve(key).await?;
                self.waited.push((slot, Waited::Object(object)));
            }
            Waiting::Value { slot, start } => {
                let value = start(self).await?;
                self.waited.push((slot, Waited::Value(value)));
            }
            Waiting::Body => {
                let body = self.limited_body();
                self.bytes =
                    Some(body.collect().await.map_err(|error| Rejected::new(unread(is_limit(&error))))?.to_bytes());
            }
        }
        Ok(())
    }

    /// The body, which ends in an error where the route's limit is.
    fn limited_body(&mut self) -> Body {
        let mut request = self.take_body();
        self.limit(&mut request);
        let (parts, body) = request.with_limited_body().into_parts();
        self.parts.extensions = parts.extensions;
        body
    }

    /// The body and the extensions, in which a layer may have set a limit.
    fn take_body(&mut self) -> Request {
        let mut request = Request::new(std::mem::take(&mut self.body));
        std::mem::swap(request.extensions_mut(), &mut self.parts.extensions);
        request
    }

    /// Sets the route's own limit.
    pub(super) fn limit(&self, request: &mut Request) {
        if let Some(limit) = self.body_limit() {
            DefaultBodyLimit::max(usize::try_from(limit).unwrap_or(usize::MAX)).apply(request);
        }
    }
}

/// Whether it was the limit that ended a body.
fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
