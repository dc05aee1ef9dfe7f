//! Configuration: layers that know the place of every value, sections that types read, conditions that routes hold.
//!
//! [`Sources::read`] lays file, profile, environment and `--set` upon each other into a [`Tree`]. [`Settings::read`]
//! reads every section that a `#[config]` type asked for, and gathers everything that is wrong: unknown keys, missing
//! ones, wrong values, broken rules. A [`Condition`] is then decided against the values the types really hold, and
//! [`report`] prints them with their sources.
//!
//! There is no silent reload, and nothing here prints or exits: faults go to whoever asked.
#![doc = include_str!("../docs/configuration.md")]

mod condition;
#[doc(hidden)]
pub mod de;
mod layers;
mod notation;
#[doc(hidden)]
pub mod probe;
mod report;
mod secret;
mod section;
mod settings;
mod tree;
mod units;

pub use condition::Condition;
pub use layers::{Sources, locate, profile};
pub use report::report;
pub use secret::Secret;
pub use section::{Config, ConfigRecord, Field, Reading, Section, section};
pub use settings::{Settings, check_sections};
pub use tree::{Node, Source, Tree};
#[cfg(feature = "gateway")]
pub(crate) use tree::{Table, Value, merge};
pub use units::{Size, UnitError, duration, size};

pub use velithon_macros::config;
