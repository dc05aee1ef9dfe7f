//! What is asked of a database: values, so that one that was rolled back can be run again.

use async_trait::async_trait;

use super::link::Link;
use crate::task::store::Result;

/// One thing to do.
#[async_trait]
pub(super) trait Operation: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + Sync + 'static;

    /// Does it over a connection.
    async fn run(&self, link: &mut Link<'_>) -> Result<Self::Answer>;
}

/// What an operation needs around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing: it changes nothing.
    Read,
    /// Its statements hold by themselves, one by one, where a statement can change several tables.
    Single,
    /// All its statements hold together or not at all.
    Whole,
}
