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

/// Chooses the target of a request: `balance = ByTenant`, or `balance = by_tenant` for a function like [`pick`](Self::pick).
#[diagnostic::on_unimplemented(
    message = "`{Self}` chooses no targets",
    label = "`velithon::gateway::Balance` is not implemented for it",
    note = "implement `fn pick(&self, targets: &Targets<'_>, head: &http::request::Parts) -> Option<usize>`, or name a function: `balance = by_tenant`"
)]
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

/// Decides whether a target is well: `health = CheckLedger`, or `health = check_ledger` for a function of a [`TargetInfo`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` checks no targets",
    label = "`velithon::gateway::HealthCheck` is not implemented for it",
    note = "implement `async fn check(&self, target: &TargetInfo) -> Result<()>` under `#[async_trait]`, or name a function: `health = check_ledger`"
)]
#[async_trait]
pub trait HealthCheck: Send + Sync + 'static {
    /// Returns when the target is well.
    ///
    /// # Errors
    /// Why it is not, for the log.
    async fn check(&self, target: &TargetInfo) -> Result<()>;
}

/// Says which targets there are, and says it again whenever that changes: `discover = Consul`, or `discover = consul` for a
/// function like [`watch`](Self::watch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` discovers no targets",
    label = "`velithon::gateway::Discover` is not implemented for it",
    note = "implement `fn watch(&self)`, which returns a boxed stream of lists of addresses, or name a function: `discover = consul`"
)]
pub trait Discover: Send + Sync + 'static {
    /// The addresses, written as in `targets`; each item replaces the one before.
    fn watch(&self) -> Pin<Box<dyn Stream<Item = Result<Vec<String>>> + Send>>;
}

/// Changes requests on their way to the upstream, and replies on their way back: `transform = Redact`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` transforms nothing",
    label = "`velithon::gateway::Transform` is not implemented for it",
    note = "implement `async fn request(&self, ..)` or `async fn response(&self, ..)` of it under `#[async_trait]`"
)]
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

/// A [`Balance`] that is a function.
struct PickWith<F>(F);

impl<F> Balance for PickWith<F>
where
    F: Fn(&Targets<'_>, &http::request::Parts) -> Option<usize> + Send + Sync + 'static,
{
    fn pick(&self, targets: &Targets<'_>, head: &http::request::Parts) -> Option<usize> {
        (self.0)(targets, head)
    }
}

/// `balance = by_tenant`, of a function; a record holds `|_| balanced_by(by_tenant)`.
#[doc(hidden)]
pub fn balanced_by<F>(pick: F) -> BoxFuture<'static, Result<Arc<dyn Balance>, Error>>
where
    F: Fn(&Targets<'_>, &http::request::Parts) -> Option<usize> + Send + Sync + 'static,
{
    Box::pin(std::future::ready(Ok(Arc::new(PickWith(pick)) as Arc<dyn Balance>)))
}

/// A [`Discover`] that is a function.
struct WatchWith<F>(F);

impl<F, S> Discover for WatchWith<F>
where
    F: Fn() -> S + Send + Sync + 'static,
    S: Stream<Item = Result<Vec<String>>> + Send + 'static,
{
    fn watch(&self) -> Pin<Box<dyn Stream<Item = Result<Vec<String>>> + Send>> {
        Box::pin((self.0)())
    }
}

/// `discover = consul`, of a function; a record holds `|_| discovered_by(consul)`.
#[doc(hidden)]
pub fn discovered_by<F, S>(watch: F) -> BoxFuture<'static, Result<Arc<dyn Discover>, Error>>
where
    F: Fn() -> S + Send + Sync + 'static,
    S: Stream<Item = Result<Vec<String>>> + Send + 'static,
{
    Box::pin(std::future::ready(Ok(Arc::new(WatchWith(watch)) as Arc<dyn Discover>)))
}

// Written out: where a bound of one is not kept, the compiler shows it, and of a macro it would show the whole.

/// `balance = ByTenant`, of a type marked `#[inject]`; records hold `provided_balance::<ByTenant>` and its kin.
#[doc(hidden)]
pub fn provided_balance<T>(resolver: Resolver<'_>) -> BoxFuture<'_, Result<Arc<dyn Balance>, Error>>
where
    T: Provide + 'static,
    T::Value: Balance + Sized,
{
    Box::pin(async move { Ok(provided::<T>(resolver).await? as Arc<dyn Balance>) })
}

/// `health = CheckLedger`, of a type marked `#[inject]`.
#[doc(hidden)]
pub fn provided_health<T>(resolver: Resolver<'_>) -> BoxFuture<'_, Result<Arc<dyn HealthCheck>, Error>>
where
    T: Provide + 'static,
    T::Value: HealthCheck + Sized,
{
    Box::pin(async move { Ok(provided::<T>(resolver).await? as Arc<dyn HealthCheck>) })
}

/// `discover = Consul`, of a type marked `#[inject]`.
#[doc(hidden)]
pub fn provided_discover<T>(resolver: Resolver<'_>) -> BoxFuture<'_, Result<Arc<dyn Discover>, Error>>
where
    T: Provide + 'static,
    T::Value: Discover + Sized,
{
    Box::pin(async move { Ok(provided::<T>(resolver).await? as Arc<dyn Discover>) })
}

/// `transform = Redact`, of a type marked `#[inject]`.
#[doc(hidden)]
pub fn provided_transform<T>(resolver: Resolver<'_>) -> BoxFuture<'_, Result<Arc<dyn Transform>, Error>>
where
    T: Provide + 'static,
    T::Value: Transform + Sized,
{
    Box::pin(async move { Ok(provided::<T>(resolver).await? as Arc<dyn Transform>) })
}

/// A hook that the container builds.
async fn provided<T: Provide + 'static>(resolver: Resolver<'_>) -> Result<Arc<Provided<T>>, Error> {
    let object = resolver.resolve(T::key()).await?;
    Ok(Arc::new(Provided(Inject::<T>::from_object(object))))
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
