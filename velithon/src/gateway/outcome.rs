//! The one classification of how an attempt ended.

use http::StatusCode;

/// How an attempt at an upstream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A reply came, whatever its status.
    Ok(StatusCode),
    /// No connection was made.
    ConnectFailed,
}
