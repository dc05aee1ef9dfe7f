//! Which target this thread works for at the moment, for messages from places that see no request.
//!
//! It costs two stores per turn of a request and is no means of passing data: work on another thread has no target.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;

use axum::response::Response;

use super::handle::Running;

thread_local!(static TARGET: Cell<Option<usize>> = const { Cell::new(None) });

/// The position, in the tables of its application, of the target whose request is being served on this thread.
pub(crate) fn target() -> Option<usize> {
    TARGET.try_with(Cell::get).ok().flatten()
}

/// Begins a request in the name of its target: arguments that need not be waited for are taken when this returns.
#[inline]
pub(crate) fn begin(target: usize, run: impl FnOnce() -> Running) -> Running {
    let _turn = Turn(TARGET.replace(Some(target)));
    run()
}

/// Serves a request in the name of its target.
pub(crate) async fn within(target: usize, mut reply: Running) -> Response {
    poll_fn(move |cx| {
        let _turn = Turn(TARGET.replace(Some(target)));
        Pin::new(&mut reply).poll(cx)
    })
    .await
}

/// One turn; puts back what was there before it, also when it panics.
struct Turn(Option<usize>);

impl Drop for Turn {
    fn drop(&mut self) {
        TARGET.set(self.0);
    }
}
