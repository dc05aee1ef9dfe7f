//! The gateway from the outside: the contract's scripts, and what a script cannot look at.

mod contract;
