//! The shop in process.
