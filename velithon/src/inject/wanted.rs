//! How generated code asks for a type that may not be provided: with one error, at the place that asks.
//!
//! The macro names `T: Provide` once, where the user wrote `T`. Everywhere else it asks [`Wanted`] by method resolution,
//! which finds an answer for any type.

use std::marker::PhantomData;

use super::Key;
use super::provide::{Provide, ProvideAll};

/// Asserts that a type is provided; the macros name it once for each dependency, at the type.
#[doc(hidden)]
pub const fn provided<T: ?Sized + Provide>() {}

/// Asserts that a type is a collection.
#[doc(hidden)]
pub const fn collected<T: ?Sized + ProvideAll>() {}

/// The dependencies of a type as the macro asks for them, whether or not the type is provided.
#[doc(hidden)]
pub struct Wanted<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Wanted<T> {
    /// Asks by method resolution.
    pub const NEW: Self = Self(PhantomData);
}

/// Found first: the type has a provider.
#[doc(hidden)]
pub trait WantedOne {
    fn key(&self) -> Option<&'static Key>;
}

impl<T: ?Sized + Provide> WantedOne for &&Wanted<T> {
    #[inline]
    fn key(&self) -> Option<&'static Key> {
        Some(T::key())
    }
}

/// Found second: the type is a collection.
#[doc(hidden)]
pub trait WantedAll {
    fn key(&self) -> Option<&'static Key>;
}

impl<T: ?Sized + ProvideAll> WantedAll for &Wanted<T> {
    fn key(&self) -> Option<&'static Key> {
        Some(T::key())
    }
}

/// Found when there is no provider: the assertion at the argument already is the one error.
#[doc(hidden)]
pub trait WantedNone {
    fn key(&self) -> Option<&'static Key>;
}

impl<T: ?Sized> WantedNone for Wanted<T> {
    fn key(&self) -> Option<&'static Key> {
        None
    }
}
