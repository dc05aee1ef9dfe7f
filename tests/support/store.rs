//! A crate that leaves a slot and a collection open for those who include it.

use velithon::prelude::*;

/// A slot: this crate binds it, and so may another.
#[inject]
pub trait Store: Send + Sync {
    /// Where values are kept.
    fn place(&self) -> String;
}

/// A collection with a member in each crate.
#[inject(all)]
pub trait Step: Send + Sync {
    /// What is done.
    fn name(&self) -> &'static str;
}

/// How many shelves there are.
#[inject]
pub fn shelves() -> usize {
    3
}

#[inject(as = dyn Store, when = "!features.elsewhere")]
struct Cellar {
    shelves: Inject<shelves>,
}

impl Store for Cellar {
    fn place(&self) -> String {
        format!("cellar with {} shelves", *self.shelves)
    }
}

#[inject(as = dyn Step)]
struct Unpack;

impl Step for Unpack {
    fn name(&self) -> &'static str {
        "unpack"
    }
}
