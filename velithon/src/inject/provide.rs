//! What a provider promises at compile time, and the record the plan reads about it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use super::finish::Outcome;
use super::resolver::Resolver;
use super::{Key, Object};
use crate::record::Origin;
use crate::reply::Error;

/// A boxed future, the shape in which records hold asynchronous functions.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How long a provided value lives, and who shares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Built once at start, shared by the whole application, stopped at shutdown.
    Singleton,
    /// Built when a request first asks, shared by that request, finished before its reply is sent.
    Request,
    /// Built for each place that asks.
    Transient,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Singleton => "singleton",
            Self::Request => "request",
            Self::Transient => "transient",
        })
    }
}

/// A type that `Inject<Self>` can be asked for; written by `#[inject]`, never by hand.
///
/// A struct provides itself, a function provides what it returns under its own name (`Inject<pool>`), and
/// `#[inject(as = dyn Trait)]` provides a trait object.
#[diagnostic::on_unimplemented(
    message = "nothing provides `{Self}`",
    label = "no provider for this",
    note = "mark its struct, its `impl` block or a function that returns it with `#[inject]`; for a trait, mark one type with `#[inject(as = dyn Trait)]`",
    note = "a collection marked `#[inject(all)]` is read with `All<dyn Trait>`, a value from `main` needs a struct marked `#[inject(provided)]`"
)]
pub trait Provide {
    /// What `Inject<Self>` dereferences to.
    type Value: ?Sized;
    /// How deep the dependencies reach: a circle of providers cannot be evaluated, which is how it fails to compile.
    const DEPENDENCIES: Reach;
    /// How long the value lives; a slot's is known only to the plan and stands here as [`Scope::Singleton`].
    const SCOPE: Scope;
    /// Whether the value, or anything a transient value holds, belongs to one request.
    const REQUEST_BOUND: bool = Self::DEPENDENCIES.request_bound();
    /// How a value given by hand becomes an object of this key: a type with [`Cast`](super::Cast).
    type Cast;
    /// The table entry of this type.
    fn key() -> &'static Key;
    /// Sees an object of this key as what it is.
    fn view(object: &(dyn Any + Send + Sync)) -> &Self::Value;
}

/// A trait object whose one binding stands in the trait's own crate: `#[inject(as = dyn Trait)]` without a slot.
///
/// The macro cannot see whether a trait is a slot, whose own `#[inject]` implements [`Provide`] already. So it implements
/// `OneBinding` for either, and the parameters tell them apart: `OneBinding<0, Direct>` is such a one and becomes [`Provide`]
/// below. For a slot the first is a number that no other binding has, and the second a type of the binding's crate,
/// which may implement nothing else for another crate's trait.
///
/// The choice does not stand in the position of `Self`: the compiler does not look through a foreign crate's associated
/// type when it compares implementations, and would take that one to overlap with every other.
pub trait OneBinding<const PLACE: u64, Tag> {
    /// As in [`Provide`].
    const DEPENDENCIES: Reach;
    /// As in [`Provide`].
    const SCOPE: Scope;
    /// As in [`Provide`].
    type Cast;
    /// As in [`Provide`].
    fn key() -> &'static Key;
    /// As in [`Provide`].
    fn view(object: &(dyn Any + Send + Sync)) -> &Self;
}

/// Marks the binding of a trait that is no slot.
#[derive(Debug)]
pub enum Direct {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + OneBinding<0, Direct>> Provide for T {
    type Value = T;
    const DEPENDENCIES: Reach = <T as OneBinding<0, Direct>>::DEPENDENCIES;
    const SCOPE: Scope = <T as OneBinding<0, Direct>>::SCOPE;
    type Cast = <T as OneBinding<0, Direct>>::Cast;

    fn key() -> &'static Key {
        <T as OneBinding<0, Direct>>::key()
    }

    #[inline]
    fn view(object: &(dyn Any + Send + Sync)) -> &T {
        <T as OneBinding<0, Direct>>::view(object)
    }
}

/// A trait marked `#[inject(all)]`; read with `All<dyn Trait>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collection",
    label = "no trait marked `#[inject(all)]`",
    note = "mark the trait with `#[inject(all)]`, or read its one binding with `Inject<{Self}>`"
)]
pub trait ProvideAll {
    /// The trait object that each member is.
    type Value: ?Sized + Send + Sync + 'static;
    /// The table entry of the collection.
    fn key() -> &'static Key;
}

/// What the compiler computes over the graph of providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    depth: u32,
    request_bound: bool,
}

impl Reach {
    /// A slot, whose binding only the plan knows.
    pub const SLOT: Self = Self { depth: 0, request_bound: false };

    /// A provider that needs nothing.
    pub const fn of(scope: Scope) -> Self {
        Self { depth: 1, request_bound: matches!(scope, Scope::Request) }
    }

    /// The same provider, needing one more.
    #[must_use]
    pub const fn over(self, needed: Self) -> Self {
        Self { depth: max2(self.depth, needed.depth + 1), request_bound: self.request_bound || needed.request_bound }
    }

    /// 1 + the deepest dependency's.
    pub const fn depth(self) -> u32 {
        self.depth
    }

    /// Whether the value, or anything a transient value holds, belongs to one request.
    pub const fn request_bound(self) -> bool {
        self.request_bound
    }
}

/// The greater of two depths; nested instead of a slice, since a slice adds notes to every cycle error.
pub const fn max2(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// How a place asks for a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// `Inject<T>`: built before the one who asks.
    Inject,
    /// `Lazy<T>`: built on first use.
    Lazy,
    /// `Factory<T>`: a new transient for each call.
    Factory,
    /// `All<dyn T>`: every binding that holds.
    All,
    /// `Config<T>`: a section of the configuration, read before any provider.
    Config,
}

/// One dependency of a provider, handler, task or middleware.
#[derive(Debug, Clone, Copy)]
pub struct Dependency {
    /// The table entry that is asked for; nothing for a type that no record knows.
    pub key: fn() -> Option<&'static Key>,
    /// How it is asked for.
    pub ask: Ask,
}

/// `as = dyn Trait`: the second name under which a provider's object is found.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The trait object's entry.
    pub key: fn() -> &'static Key,
    /// Shares the built object under its trait: no second instance is made.
    pub convert: fn(Object) -> Object,
}

/// How the plan and the container see one provider.
#[derive(Debug, Clone)]
pub struct ProviderRecord {
    /// The type or function as written.
    pub name: &'static str,
    /// Its own table entry.
    pub key: fn() -> &'static Key,
    /// The trait it stands for, if any.
    pub binding: Option<Binding>,
    /// How long the value lives.
    pub scope: Scope,
    /// The condition under which the provider exists.
    pub when: Option<&'static str>,
    /// What it needs, in the order it asks.
    pub dependencies: &'static [Dependency],
    /// Builds one value; nothing for a value that `main` provides.
    pub build: Option<BuildFn>,
    /// Ends a singleton.
    pub stop: Option<fn(Object) -> BoxFuture<'static, ()>>,
    /// Ends a request-scoped value.
    pub finish: Option<FinishFn>,
    /// Where it was written.
    pub origin: Origin,
}

/// Builds a provider's value out of what the resolver gives.
pub type BuildFn = for<'r> fn(Resolver<'r>) -> BoxFuture<'r, Result<Object, Error>>;

/// Ends a request-scoped value.
pub type FinishFn = fn(Object, Outcome) -> BoxFuture<'static, Result<(), Error>>;

/// A trait marked `#[inject]` or `#[inject(all)]`.
#[derive(Debug)]
pub struct SlotRecord {
    /// `dyn Cache`.
    pub name: &'static str,
    /// The slot's table entry.
    pub key: fn() -> &'static Key,
    /// For a collection: gathers the bindings that hold into one object.
    pub collect: Option<fn(Vec<Object>) -> Object>,
    /// Where the trait stands.
    pub origin: Origin,
}

crate::record::inventory::collect!(ProviderRecord);
crate::record::inventory::collect!(SlotRecord);
