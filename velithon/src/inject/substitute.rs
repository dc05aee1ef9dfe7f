//! Which value may be given by hand in place of a provider: for a test, or from `main`.
//!
//! A provider takes a value of its own type, a trait object any type with the trait. What is given ends as the object
//! that the provider would have built.

use std::marker::PhantomData;

use super::object::object;
use super::{Object, Provide};

/// Makes the object of `T`'s key out of a value; written by `#[inject]`, never by hand.
#[diagnostic::on_unimplemented(
    message = "`{V}` cannot stand in for `{T}`",
    label = "not what `{T}` provides",
    note = "a substitute is a value of the provided type; for a trait, a value of any type that implements it"
)]
pub trait Cast<T: ?Sized, V> {
    /// The value as the object that the container holds.
    fn cast(value: V) -> Object;
}

/// The [`Cast`] of a provider of one type: a value of that type.
#[derive(Debug)]
pub struct Itself<V>(PhantomData<fn(V)>);

impl<T: ?Sized, V: Send + Sync + 'static> Cast<T, V> for Itself<V> {
    fn cast(value: V) -> Object {
        object(value)
    }
}

/// Any value that may stand in for the provider of `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in for `{T}`",
    label = "not what `{T}` provides",
    note = "a substitute is a value of the provided type; for a trait, a value of any type that implements it"
)]
pub trait IntoObject<T: ?Sized> {
    /// The value as the object that the container holds.
    fn into_object(self) -> Object;
}

impl<V, T: ?Sized + Provide<Cast: Cast<T, V>>> IntoObject<T> for V {
    fn into_object(self) -> Object {
        T::Cast::cast(self)
    }
}
