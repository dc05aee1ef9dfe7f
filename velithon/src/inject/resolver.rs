//! Where a place that asks gets its dependencies: the frozen container and, inside a request, its scope.

use std::sync::{Arc, Weak};

use super::container::Container;
use super::request_scope::RequestScope;
use super::{Key, Object};
use crate::config::Config;
use crate::reply::Error;

/// Resolves dependencies for one build, request or task.
#[derive(Clone, Copy)]
pub struct Resolver<'r> {
    container: &'r Arc<Container>,
    scope: Option<&'r Arc<RequestScope>>,
}

impl<'r> Resolver<'r> {
    pub(crate) fn new(container: &'r Arc<Container>, scope: Option<&'r Arc<RequestScope>>) -> Self {
        Self { container, scope }
    }

    /// The object of `key`: an index for a singleton, a build for the rest.
    ///
    /// # Errors
    /// What the provider failed with, below the chain that needed it.
    #[inline]
    pub async fn resolve(self, key: &'static Key) -> Result<Object, Error> {
        match self.container.ready(key) {
            Some(object) => Ok(object),
            None => self.container.build(key, self).await,
        }
    }

    /// The same for what method resolution found; nothing is found only in a program that did not compile.
    #[doc(hidden)]
    #[inline]
    pub async fn wanted(self, key: Option<&'static Key>) -> Result<Object, Error> {
        match key {
            Some(key) => self.resolve(key).await,
            None => Err(Error::internal("a dependency without a provider")),
        }
    }

    /// A section of the configuration, whose key is known to be there.
    #[doc(hidden)]
    pub async fn config<T: Send + Sync + 'static>(self, key: Option<&'static Key>) -> Result<Config<T>, Error> {
        let object = self.wanted(key).await?;
        Config::from_object(object).ok_or_else(|| Error::internal("a section of another type stands in the table"))
    }

    pub(crate) fn scope(self) -> Option<&'r Arc<RequestScope>> {
        self.scope
    }

    /// What a handle keeps that asks later: it must not keep the container alive that keeps it.
    pub(crate) fn owner(self) -> Owner {
        Owner { container: Arc::downgrade(self.container), scope: self.scope.map(Arc::downgrade) }
    }
}

/// A way back to the resolver a handle came from.
#[derive(Clone)]
pub(crate) struct Owner {
    container: Weak<Container>,
    scope: Option<Weak<RequestScope>>,
}

impl Owner {
    pub(crate) async fn resolve(&self, key: &'static Key) -> Result<Object, Error> {
        let container =
            self.container.upgrade().ok_or_else(|| Error::internal("asked for a value after the application ended"))?;
        let scope = self.scope.as_ref().and_then(Weak::upgrade);
        Resolver::new(&container, scope.as_ref()).resolve(key).await
    }
}
