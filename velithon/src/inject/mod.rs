//! Dependency injection: what is provided, for how long, and how a place that asks gets it.
//!
//! `#[inject]` writes a [`ProviderRecord`] and implements [`Provide`]; the compiler checks that what is asked for is
//! provided, that no provider needs itself, and that nothing long-lived holds a value of one request. The plan chooses
//! among conditional providers and finds the order of building; [`container`] builds and keeps.

mod container;
mod finish;
mod handle;
mod key;
mod provide;
mod request_scope;
mod resolver;

pub(crate) use container::{Built, Collected, Container, Wired, Wiring};
pub use finish::{Finish, Outcome};
pub(crate) use handle::Handle;
pub use handle::{
    All, Factory, Inject, Lazy, Wanted, WantedAll, WantedNone, WantedOne, collected, downcast, provided, see,
};
pub use key::{Key, Object};
pub use provide::{
    Accepts, Ask, Binding, BoxFuture, BuildFn, Choose, Dependency, Direct, IntoObject, NoSlot, Provide, ProvideAll,
    ProviderRecord, Scope, Slot, SlotRecord, max2,
};
pub(crate) use request_scope::{Guard, Reaper, RequestScope};
pub use resolver::Resolver;
