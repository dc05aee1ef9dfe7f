//! Dependency injection: what is provided, for how long, and how a place that asks gets it.
//!
//! `#[inject]` writes a [`ProviderRecord`] and implements [`Provide`]; the compiler checks that what is asked for is
//! provided, that no provider needs itself, and that nothing long-lived holds a value of one request. The plan chooses
//! among conditional providers and finds the order of building; `container` builds and keeps.
#![doc = include_str!("../docs/injection.md")]

mod container;
mod end;
mod failure;
mod finish;
mod handle;
mod key;
mod object;
mod provide;
mod request_scope;
mod resolver;
mod slot;
mod substitute;
#[cfg(test)]
mod tests;
mod wanted;

pub(crate) use container::{Built, Collected, Container, Wired, Wiring};
pub use end::Stopped;
#[doc(hidden)]
pub use end::{EndOf, NoEnd, StopLater, StopNow, StopOf};
pub use failure::Failure;
#[doc(hidden)]
pub use failure::{Failed, FailedBoxed, FailedDirectly};
pub use finish::{Finish, Outcome};
pub(crate) use handle::Handle;
pub use handle::{All, Factory, Inject, Lazy};
pub use key::{Key, Object};
#[doc(hidden)]
pub use object::{Shared, collect, downcast, object, see, share};
pub use provide::{
    Ask, Binding, BoxFuture, BuildFn, Dependency, Direct, FinishFn, OneBinding, Provide, ProvideAll, ProviderRecord,
    Reach, Scope, SlotRecord, max2,
};
pub(crate) use request_scope::{Guard, Reaper, RequestScope};
pub use resolver::Resolver;
#[doc(hidden)]
pub use slot::{Choose, NoSlot, Slot, place};
pub use substitute::{Cast, IntoObject, Itself};
#[doc(hidden)]
pub use wanted::{Wanted, WantedAll, WantedNone, WantedOne, collected, provided};
