//! A bounded queue of those who wait for a place, first come, first served.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{Receiver, Sender, channel};

/// Waiters in the order of their arrival. Who leaves early is skipped when its turn comes.
#[derive(Debug)]
pub(super) struct Queue<T>(Mutex<VecDeque<Sender<T>>>);

/// The queue while nobody else moves in it.
pub(super) struct Line<'a, T>(MutexGuard<'a, VecDeque<Sender<T>>>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Queue<T> {
    pub(super) fn lock(&self) -> Line<'_, T> {
        Line(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Line<'_, T> {
    /// Joins at the end; what was given up is taken out first when the queue seems full.
    pub(super) fn join(&mut self, most: usize) -> Option<Receiver<T>> {
        if self.0.len() >= most {
            self.tidy();
        }
        (self.0.len() < most).then(|| {
            let (sender, receiver) = channel();
            self.0.push_back(sender);
            receiver
        })
    }

    /// Takes out whoever has left.
    pub(super) fn tidy(&mut self) {
        self.0.retain(|waiter| !waiter.is_closed());
    }

    /// The one who came first and is still there.
    pub(super) fn first(&mut self) -> Option<Sender<T>> {
        std::iter::from_fn(|| self.0.pop_front()).find(|waiter| !waiter.is_closed())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
