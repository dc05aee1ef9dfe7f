//! The traits by which a service replaces a decision of the gateway's by its own, and how records make them.
//!
//! A type is built by the container and then asked; a plain function serves wherever a trait has one method.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::Stream;

use crate::inject::{BoxFuture, Inject, Provide, Resolver};
use crate::reply::{Error, Result};

/// A hook that a service wrote, where values are printed.
macro_rules! named {
    ($($hook:ident),*) => {$(
        impl std::fmt::Debug for dyn $hook {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($hook))
            }
        }
    )*};
}

named!(Balance, HealthCheck, Discover, Transform);

/// Chooses the target of a request: `balance = ByTenant`.
pub trait Balance: Send + Sync + 'static {
    /// The position in `targets` of the one to send to; nothing when none will do, which becomes a 503.
    fn pick(&self, targets: &Targets<'_>, head: &http::request::Parts) -> Option<usize>;
}

/// The targets that may be chosen now, as a [`Balance`] sees them.
#[derive(Debug)]
pub struct Targets<'a>(pub(crate) &'a [TargetInfo]);

impl Targets<'_> {
    /// The targets, in written order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TargetInfo> {
        self.0.iter()
    }
}

/// One target, as custom code sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetInfo {
    /// The address as it was written: `http://10.0.0.1:8080`.
    pub url: String,
}

/// Decides whether a target is well: `health = check_ledger`.
#[async_trait]
pub trait HealthCheck: Send + Sync + 'static {
    /// Returns when the target is well.
    ///
    /// # Errors
    /// Why it is not, for the log.
    async fn check(&self, target: &TargetInfo) -> Result<()>;
}

/// Says which targets there are, and says it again whenever that changes: `discover = Consul`.
pub trait Discover: Send + Sync + 'static {
    /// The addresses, written as in `targets`; each item replaces the one before.
    fn watch(&self) -> Pin<Box<dyn Stream<Item = Result<Vec<String>>> + Send>>;
}

/// Changes requests on their way to the upstream, and replies on their way back: `transform = Redact`.
#[async_trait]
pub trait Transform: Send + Sync + 'static {
    /// Called before the request leaves; bodies are streams and stay unread unless this reads them.
    ///
    /// # Errors
    /// What is replied instead.
    async fn request(&self, request: axum::extract::Request) -> Result<axum::extract::Request> {
        Ok(request)
    }

    /// Called before the reply goes to the client.
    ///
    /// # Errors
    /// What is replied instead.
    async fn response(&self, response: axum::response::Response) -> Result<axum::response::Response> {
        Ok(response)
    }
}

/// A [`HealthCheck`] that is a function.
struct CheckWith<F>(F);

#[async_trait]
impl<F, R> HealthCheck for CheckWith<F>
where
    F: Fn(TargetInfo) -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    async fn check(&self, target: &TargetInfo) -> Result<()> {
        (self.0)(target.clone()).await
    }
}

/// `health = check_ledger`, of a function; a record holds `|_| checked_by(check_ledger)`.
#[doc(hidden)]
pub fn checked_by<F, R>(check: F) -> BoxFuture<'static, Result<Arc<dyn HealthCheck>, Error>>
where
    F: Fn(TargetInfo) -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    Box::pin(std::future::ready(Ok(Arc::new(CheckWith(check)) as Arc<dyn HealthCheck>)))
}

/// A hook that the container built; records hold `provided_balance::<ByTenant>` and its kin.
macro_rules! provided {
    ($($(#[$doc:meta])* $name:ident: $hook:ident;)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        pub fn $name<T>(resolver: Resolver<'_>) -> BoxFuture<'_, Result<Arc<dyn $hook>, Error>>
        where
            T: Provide + 'static,
            T::Value: $hook + Sized,
        {
            Box::pin(async move {
                let object = resolver.resolve(T::key()).await?;
                Ok(Arc::new(Provided(Inject::<T>::from_object(object))) as Arc<dyn $hook>)
            })
        }
    )*};
}

provided! {
    /// `balance = ByTenant`, of a type marked `#[inject]`.
    provided_balance: Balance;
    /// `health = CheckLedger`, of a type marked `#[inject]`.
    provided_health: HealthCheck;
    /// `discover = Consul`, of a type marked `#[inject]`.
    provided_discover: Discover;
    /// `transform = Redact`, of a type marked `#[inject]`.
    provided_transform: Transform;
}

/// Hands a hook's calls on to what the container built.
struct Provided<T>(Inject<T>);

impl<T: Provide + 'static> Balance for Provided<T>
where
    T::Value: Balance + Sized,
{
    fn pick(&self, targets: &Targets<'_>, head: &http::request::Parts) -> Option<usize> {
        self.0.pick(targets, head)
    }
}

#[async_trait]
impl<T: Provide + 'static> HealthCheck for Provided<T>
where
    T::Value: HealthCheck + Sized,
{
    async fn check(&self, target: &TargetInfo) -> Result<()> {
        self.0.check(target).await
    }
}

impl<T: Provide + 'static> Discover for Provided<T>
where
    T::Value: Discover + Sized,
{
    fn watch(&self) -> Pin<Box<dyn Stream<Item = Result<Vec<String>>> + Send>> {
        self.0.watch()
    }
}

#[async_trait]
impl<T: Provide + 'static> Transform for Provided<T>
where
    T::Value: Transform + Sized,
{
    async fn request(&self, request: axum::extract::Request) -> Result<axum::extract::Request> {
        self.0.request(request).await
    }

    async fn response(&self, response: axum::response::Response) -> Result<axum::response::Response> {
        self.0.response(response).await
    }
}
