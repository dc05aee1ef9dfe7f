//! The constant records that macros write, and the one place that submits and collects them.
//!
//! Each kind has its own type beside what it describes; this module knows where each stands ([`Origin`]) and gathers
//! them (`Records`). What they mean together is the plan's business.

use std::sync::OnceLock;

use crate::config::ConfigRecord;
#[cfg(feature = "gateway")]
use crate::gateway::{GatewayRecord, UpstreamRecord};
use crate::inject::{Key, ProviderRecord, SlotRecord};
use crate::middleware::MiddlewareRecord;
use crate::route::{GroupRecord, RouteRecord};
#[cfg(feature = "tasks")]
use crate::task::{TaskEntry, TaskRecord};

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
    /// The line of the item, from 1.
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
        $crate::__origin!(::core::line!(), ::core::column!())
    };
    ($line:expr, $column:expr) => {
        $crate::record::Origin {
            krate: ::core::env!("CARGO_CRATE_NAME"),
            binary: ::core::option_env!("CARGO_BIN_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: $line,
            column: $column,
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

/// A rule of generated code that the compiler evaluates: `told` is the error, at the place that asks.
#[doc(hidden)]
#[track_caller]
pub const fn verify(holds: bool, told: &'static str) {
    if !holds {
        panic!("{}", told)
    }
}

/// Every record of the program, as `inventory` yields them: the order has no meaning.
#[derive(Clone, Default)]
pub(crate) struct Records {
    pub(crate) routes: Vec<&'static RouteRecord>,
    pub(crate) groups: Vec<&'static GroupRecord>,
    pub(crate) providers: Vec<&'static ProviderRecord>,
    pub(crate) slots: Vec<&'static SlotRecord>,
    pub(crate) middleware: Vec<&'static MiddlewareRecord>,
    pub(crate) configs: Vec<&'static ConfigRecord>,
    #[cfg(feature = "gateway")]
    pub(crate) upstreams: Vec<&'static UpstreamRecord>,
    #[cfg(feature = "gateway")]
    pub(crate) gateways: Vec<&'static GatewayRecord>,
    #[cfg(feature = "tasks")]
    pub(crate) tasks: Vec<&'static TaskRecord>,
    /// How many keys have been numbered: the size of every container.
    pub(crate) keys: usize,
}

impl Records {
    /// Gathers what the linked crates submitted, and numbers the keys at the first call.
    pub(crate) fn collect() -> Self {
        static KEYS: OnceLock<usize> = OnceLock::new();
        let mut records = Self {
            routes: inventory::iter::<RouteRecord>().collect(),
            groups: inventory::iter::<GroupRecord>().collect(),
            providers: inventory::iter::<ProviderRecord>().collect(),
            slots: inventory::iter::<SlotRecord>().collect(),
            middleware: inventory::iter::<MiddlewareRecord>().collect(),
            configs: inventory::iter::<ConfigRecord>().collect(),
            #[cfg(feature = "gateway")]
            upstreams: inventory::iter::<UpstreamRecord>().collect(),
            #[cfg(feature = "gateway")]
            gateways: inventory::iter::<GatewayRecord>().collect(),
            #[cfg(feature = "tasks")]
            tasks: inventory::iter::<TaskEntry>().map(|entry| entry.0).collect(),
            keys: 0,
        };
        records.keys = *KEYS.get_or_init(|| {
            #[cfg(feature = "gateway")]
            records.number_upstreams();
            records.number()
        });
        records
    }

    fn number(&self) -> usize {
        let providers = self.providers.iter().flat_map(|record| {
            let binding = record.binding.map(|binding| ((binding.key)(), record.origin));
            std::iter::once(((record.key)(), record.origin)).chain(binding)
        });
        let slots = self.slots.iter().map(|record| ((record.key)(), record.origin));
        let configs = self.configs.iter().map(|record| (record.key, record.origin));
        let mut keys: Vec<(&'static Key, Origin)> = providers.chain(slots).chain(configs).collect();
        #[cfg(feature = "gateway")]
        keys.extend(self.upstreams.iter().map(|record| ((record.key)().client(), record.origin)));
        keys.sort_by_key(|(key, origin)| (key.name(), *origin));
        let mut distinct: Vec<&'static Key> = Vec::new();
        for (key, _) in keys {
            // A slot's key stands once for the trait and once for each binding.
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        for (index, key) in distinct.iter().enumerate() {
            key.number(u32::try_from(index).unwrap_or(u32::MAX));
        }
        distinct.len()
    }

    /// Numbers the upstreams: the states of an application are a plain table.
    #[cfg(feature = "gateway")]
    fn number_upstreams(&self) {
        let mut upstreams = self.upstreams.clone();
        upstreams.sort_by_key(|record| ((record.key)().name(), record.origin));
        for (index, record) in upstreams.iter().enumerate() {
            (record.key)().number(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }

    /// Where every record stands, with what it is.
    pub(crate) fn origins(&self) -> Vec<(Origin, &'static str)> {
        let mut origins: Vec<(Origin, &'static str)> = Vec::new();
        origins.extend(self.routes.iter().map(|record| (record.origin, "route")));
        origins.extend(self.providers.iter().map(|record| (record.origin, "provider")));
        origins.extend(self.slots.iter().map(|record| (record.origin, "trait")));
        origins.extend(self.middleware.iter().map(|record| (record.origin, "middleware")));
        origins.extend(self.configs.iter().map(|record| (record.origin, "configuration section")));
        #[cfg(feature = "gateway")]
        origins.extend(self.upstreams.iter().map(|record| (record.origin, "upstream")));
        #[cfg(feature = "gateway")]
        origins.extend(self.gateways.iter().map(|record| (record.origin, "gateway")));
        #[cfg(feature = "tasks")]
        origins.extend(self.tasks.iter().map(|record| (record.origin, "task")));
        origins.sort();
        origins
    }
}
