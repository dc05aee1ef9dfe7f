//! The policies of an upstream: pure state, with `now` as an argument.
//!
//! In the order a request meets them: [`breaker`] and [`admission`] let it in, [`timeout`] limits each of its phases,
//! [`retry`] and [`budget`] decide about another attempt, [`outlier`], [`health`] and [`slow_start`] say which targets may
//! be chosen, [`split`] and [`mirror`] where a request goes besides.
//!
//! Nothing here reads a clock, opens a socket or writes a log.

pub(crate) mod admission;
pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod health;
pub(crate) mod mirror;
pub(crate) mod outlier;
mod queue;
pub(crate) mod retry;
pub(crate) mod slow_start;
pub(crate) mod split;
pub(crate) mod timeout;
mod window;
