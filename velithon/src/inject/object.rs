//! Putting values into objects and seeing them there again.
//!
//! A value stands in the container as itself; under a trait it stands as an `Arc` of the trait object, which shares the
//! same value. The macro writes both sides of every key, so the types agree.

use std::any::Any;
use std::sync::Arc;

use super::Object;

/// A trait whose objects many requests may use at once.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between threads, and so cannot be provided",
    label = "not `Send + Sync`",
    note = "write it where the trait is declared: `trait Name: Send + Sync`"
)]
pub trait Shared: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Send + Sync + 'static> Shared for T {}

/// A value as the container holds it.
#[doc(hidden)]
#[inline]
pub fn object<T: Send + Sync + 'static>(value: T) -> Object {
    Arc::new(value)
}

/// A value as the container holds it under a trait.
#[doc(hidden)]
pub fn share<T: ?Sized + Shared>(value: Arc<T>) -> Object {
    Arc::new(value)
}

/// The members of a collection, each an object of [`share`], as one object.
#[doc(hidden)]
pub fn collect<T: ?Sized + Shared>(members: Vec<Object>) -> Object {
    let members: Vec<Arc<T>> = members.into_iter().map(|member| Arc::clone(see::<Arc<T>>(&*member))).collect();
    Arc::new(members)
}

/// Sees an object as the type its key was made for.
///
/// A key and its objects are written by one expansion, so the types agree; the comparison costs two loads.
#[doc(hidden)]
#[inline]
pub fn see<T: 'static>(object: &(dyn Any + Send + Sync)) -> &T {
    match object.downcast_ref() {
        Some(value) => value,
        None => wrong_type(std::any::type_name::<T>()),
    }
}

#[cold]
fn wrong_type(name: &str) -> ! {
    unreachable!("an object of another type stands in the entry of `{name}`")
}

/// The object that is shared under a trait: an `Arc` of the trait object inside the container's own.
#[doc(hidden)]
pub fn downcast<T: Send + Sync + 'static>(object: Object) -> Arc<T> {
    object.downcast().unwrap_or_else(|_| wrong_type(std::any::type_name::<T>()))
}
