#![doc = include_str!("../docs/metrics.md")]
// The registry holds families by name and series by labels (`registry`, within the limits of `guard`); a value is a few
// atomics (`value`). An application records through `Metrics` (`facade`), the server through a table of its own
// (`http`), and a scrape reads both (`encode`, `process`, served by `page`).

mod encode;
mod facade;
mod guard;
pub(crate) mod http;
mod labels;
pub(crate) mod page;
mod places;
mod process;
pub(crate) mod registry;
mod samples;
mod value;

#[cfg(test)]
mod tests;

pub use facade::{Metrics, Number};
pub use labels::{LabelSet, LabelValue, Labels};
#[cfg(feature = "gateway")]
pub(crate) use places::Places;
#[cfg(feature = "gateway")]
pub(crate) use samples::Samples;
#[cfg(feature = "gateway")]
pub(crate) use value::Shards;
