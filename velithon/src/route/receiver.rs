//! The `&self` of a controller's method, out of its `Inject<_>`: asked by method resolution, since a controller that
//! nothing provides is told once, at its type.

use crate::inject::{Inject, Provide};

/// What `&self` is taken from.
pub struct Receiver<'i, T>(pub &'i Inject<T>);

/// Found first: the controller is provided.
pub trait ReceiverOf<'i, T> {
    /// `&self`
    fn velithon_receiver(self) -> &'i T;
}

impl<'i, T: Provide<Value = T>> ReceiverOf<'i, T> for Receiver<'i, T> {
    #[inline]
    fn velithon_receiver(self) -> &'i T {
        self.0
    }
}

/// Found last; an assertion at the type has reported it.
pub trait AnyReceiver<'i, T> {
    /// Nothing.
    fn velithon_receiver(self) -> &'i T;
}

impl<'i, T> AnyReceiver<'i, T> for &Receiver<'i, T> {
    fn velithon_receiver(self) -> &'i T {
        const { super::not_built::<T>("nothing provides this controller") }
    }
}
