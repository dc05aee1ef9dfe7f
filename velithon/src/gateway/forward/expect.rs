//! `Expect: 100-continue`: the client's body stays where it is until the upstream asks for it (RFC 9110, section 10.1.1).
//!
//! Asking for the body is what makes our own server say 100 to the client, so a gate in front of it is all there is.

use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;

/// How long an upstream may say nothing before the client is told to go on: many know no expectations.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// What holds a body back.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    open: AtomicBool,
    waker: AtomicWaker,
}

impl Gate {
    /// Lets the body through.
    pub(crate) fn open(&self) {
        self.open.store(true, Release);
        self.waker.wake();
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Acquire)
    }

    pub(super) fn poll_open(&self, cx: &Context<'_>) -> Poll<()> {
        if self.is_open() {
            return Poll::Ready(());
        }
        self.waker.register(cx.waker());
        // It may have been opened between the look and the registration.
        if self.is_open() { Poll::Ready(()) } else { Poll::Pending }
    }
}
