//! `timeout(connect = "2s", ..)`: what is not written stays as it was.

use std::time::Duration;

use serde::Deserialize;

use crate::gateway::policy::timeout::{Limit, Timeouts};

/// `timeout(connect = "2s", ..)` of an upstream or a gateway; what is not written stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Overrides {
    connect: Option<Limit>,
    tls: Option<Limit>,
    first_byte: Option<Limit>,
    idle: Option<Limit>,
    total: Option<Limit>,
    stream_idle: Option<Limit>,
    stream_close_delay: Option<Limit>,
}

impl Overrides {
    /// The same with a limit of the whole exchange.
    pub(crate) fn with_total(self, total: Duration) -> Self {
        Self { total: Some(Limit(Some(total))), ..self }
    }

    /// These limits upon others.
    pub(crate) fn over(&self, below: Timeouts) -> Timeouts {
        let limit = |own: Option<Limit>, below| own.map_or(below, |Limit(limit)| limit);
        Timeouts {
            connect: limit(self.connect, below.connect),
            tls: limit(self.tls, below.tls),
            first_byte: limit(self.first_byte, below.first_byte),
            idle: limit(self.idle, below.idle),
            total: limit(self.total, below.total),
            stream_idle: limit(self.stream_idle, below.stream_idle),
            stream_close_delay: limit(self.stream_close_delay, below.stream_close_delay),
        }
    }
}
