//! Why a store did not do what it was asked.

use std::fmt;
use std::sync::Arc;

/// Why a store did not do what it was asked.
#[derive(Debug, Clone)]
pub struct StoreError {
    fault: StoreFault,
    text: String,
    help: Option<String>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The kind of a [`StoreError`]: what a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// The store cannot be reached now; the same call may succeed later.
    Unavailable,
    /// The store is at its bound; nothing of the call was kept.
    Full,
    /// The transaction is one of another database than the store's.
    OtherDatabase,
    /// What the store holds is of another version than this program's.
    Schema,
    /// The call itself is wrong, or the store holds what cannot be read.
    Refused,
}

impl StoreError {
    /// An error of this kind, in words.
    pub fn new(fault: StoreFault, text: impl Into<String>) -> Self {
        Self { fault, text: text.into(), help: None, cause: None }
    }

    /// Adds what caused it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into().into());
        self
    }

    /// Says what can be done about it.
    #[must_use]
    pub fn helped(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What can be done about it, where that is known.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The kind.
    pub fn fault(&self) -> StoreFault {
        self.fault
    }

    /// Whether the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(self.fault, StoreFault::Unavailable | StoreFault::Full)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
