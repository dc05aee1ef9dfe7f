//! What a dependency arrives as: `Inject`, `Lazy`, `Factory`, `All`.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use super::container::Container;
use super::object::see;
use super::provide::{Provide, ProvideAll};
use super::request_scope::RequestScope;
use super::resolver::{Owner, Resolver};
use super::{IntoObject, Object};
use crate::reply::Error;

/// A provided value, shared with everyone of its scope; dereferences to [`Provide::Value`].
///
/// Taking one costs an index and a reference count, using it a comparison of type ids. There is no bound on `T`, so
/// that a missing provider is one error at the place that asks, and none at the places that only pass it on.
pub struct Inject<T: ?Sized>(Object, PhantomData<fn(&T)>);

impl<T: ?Sized> Inject<T> {
    /// The handle of an object that was built for `T`'s key.
    #[doc(hidden)]
    #[inline]
    pub fn from_object(object: Object) -> Self {
        Self(object, PhantomData)
    }
}

impl<T: ?Sized + Provide> Inject<T> {
    /// Wraps a value by hand: for a unit test that calls a handler or builds a service without an application.
    ///
    /// ```
    /// # use velithon::prelude::*;
    /// #[inject]
    /// struct Greeting { #[inject(value = "hello".to_owned())] word: String }
    ///
    /// fn greet(greeting: Inject<Greeting>) -> String { greeting.word.clone() }
    ///
    /// assert_eq!(greet(Inject::new(Greeting { word: "hi".to_owned() })), "hi");
    /// ```
    pub fn new(value: impl IntoObject<T>) -> Self {
        Self::from_object(value.into_object())
    }
}

impl<T: ?Sized + Provide> Inject<T> {
    /// The value for the request that `parts` belong to: for an extractor of your own, and for handlers of a mounted
    /// axum router.
    ///
    /// ```
    /// use velithon::prelude::*;
    ///
    /// #[inject]
    /// struct Sessions { #[inject(default)] names: std::collections::HashMap<String, String> }
    ///
    /// struct Visitor(String);
    ///
    /// impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Visitor {
    ///     type Rejection = Error;
    ///
    ///     async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self> {
    ///         let sessions = Inject::<Sessions>::from_parts(parts).await?;
    ///         let id = parts.headers.get("x-session").and_then(|id| id.to_str().ok()).unwrap_or_default();
    ///         sessions.names.get(id).cloned().map(Visitor).ok_or_else(|| Error::unauthorized("no such session"))
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// What the provider failed with; 500 for a request that did not come through a velithon application.
    pub async fn from_parts(parts: &http::request::Parts) -> Result<Self, Error> {
        let handle = parts.extensions.get::<Handle>();
        let handle = handle.ok_or_else(|| Error::internal("a request from outside of a velithon application"))?;
        let resolver = Resolver::new(&handle.container, handle.scope.as_ref());
        Ok(Self::from_object(resolver.resolve(T::key()).await?))
    }
}

/// The application as extractors see it, in the request's extensions.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) container: Arc<Container>,
    pub(crate) scope: Option<Arc<RequestScope>>,
}

impl<T: ?Sized + Provide> Deref for Inject<T> {
    type Target = T::Value;

    #[inline]
    fn deref(&self) -> &T::Value {
        T::view(&*self.0)
    }
}

impl<T: ?Sized> Clone for Inject<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<T: ?Sized + Provide> fmt::Debug for Inject<T>
where
    T::Value: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// A provider that is built when first asked for, instead of at start.
///
/// A singleton that is reached only through `Lazy` is not built before the port is bound; its failure is an error of
/// the call that asked.
pub struct Lazy<T: ?Sized>(Owner, PhantomData<fn(&T)>);

impl<T: ?Sized> Lazy<T> {
    #[doc(hidden)]
    pub fn from_resolver(resolver: Resolver<'_>) -> Self {
        Self(resolver.owner(), PhantomData)
    }
}

impl<T: ?Sized + Provide> Lazy<T> {
    /// The value, built now if nobody has asked before; two who ask at once wait for one build.
    ///
    /// # Errors
    /// What the provider failed with, with the chain that needed it. The next call tries again.
    pub async fn get(&self) -> Result<Inject<T>, Error> {
        self.0.resolve(T::key()).await.map(Inject::from_object)
    }
}

impl<T: ?Sized> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T: ?Sized> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy")
    }
}

/// Hands out a new transient value for each call.
pub struct Factory<T: ?Sized>(Owner, PhantomData<fn(&T)>);

impl<T: ?Sized> Factory<T> {
    #[doc(hidden)]
    pub fn from_resolver(resolver: Resolver<'_>) -> Self {
        Self(resolver.owner(), PhantomData)
    }
}

impl<T: ?Sized + Provide> Factory<T> {
    /// A new value; for a singleton or request-scoped provider the shared one.
    ///
    /// # Errors
    /// What the provider failed with.
    pub async fn create(&self) -> Result<Inject<T>, Error> {
        self.0.resolve(T::key()).await.map(Inject::from_object)
    }
}

impl<T: ?Sized> Clone for Factory<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T: ?Sized> fmt::Debug for Factory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factory")
    }
}

/// Every binding of a trait marked `#[inject(all)]` that holds, in the order of module path and line.
pub struct All<T: ?Sized>(Object, PhantomData<fn(&T)>);

impl<T: ?Sized> All<T> {
    #[doc(hidden)]
    pub fn from_object(object: Object) -> Self {
        Self(object, PhantomData)
    }
}

impl<T: ?Sized + ProvideAll> All<T> {
    /// The members, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T::Value> {
        self.members().iter().map(|member| &**member)
    }

    /// How many bindings hold.
    pub fn len(&self) -> usize {
        self.members().len()
    }

    /// Whether none holds.
    pub fn is_empty(&self) -> bool {
        self.members().is_empty()
    }

    fn members(&self) -> &[Arc<T::Value>] {
        see::<Vec<Arc<T::Value>>>(&*self.0)
    }
}

impl<T: ?Sized> Clone for All<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<T: ?Sized> fmt::Debug for All<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("All")
    }
}
