//! The constant records that macros write, and the one place that submits and collects them.

/// Where a record was written, and by which crate and binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// `CARGO_CRATE_NAME` of the crate that wrote the record.
    pub krate: &'static str,
    /// The binary, for a record of a binary target: a library and a binary of one package share a crate name.
    pub binary: Option<&'static str>,
    /// `module_path!()` of the record.
    pub module: &'static str,
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line of the attribute, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

impl std::fmt::Display for Origin {
    /// `src/users.rs:12:1`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The [`Origin`] of the place it is written.
#[doc(hidden)]
#[macro_export]
macro_rules! __origin {
    () => {
        $crate::record::Origin {
            krate: ::core::env!("CARGO_CRATE_NAME"),
            binary: ::core::option_env!("CARGO_BIN_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
        }
    };
}

/// Submits a record: nothing else in this workspace names `inventory`.
#[doc(hidden)]
#[macro_export]
macro_rules! __submit {
    ($record:expr) => {
        $crate::record::inventory::submit! { $record }
    };
}

#[doc(hidden)]
pub use inventory;
