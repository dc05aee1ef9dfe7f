//! What the metrics of the gateway are called, and what each one tells.

use crate::metrics::registry::Description;

pub(super) const REQUESTS: Description = Description::counter(
    "velithon_gateway_requests",
    "Exchanges with upstreams by the status the client was given; the reason is empty for a whole reply.",
);

pub(super) const DURATION: Description = Description::seconds(
    "velithon_gateway_duration_seconds",
    "Time from a request's way to its upstream to the last byte of the reply.",
);

pub(super) const FIRST_BYTE: Description = Description::seconds(
    "velithon_gateway_first_byte_seconds",
    "Time from a request's way to its upstream to the head of the reply.",
);

pub(super) const QUEUE_WAIT: Description = Description::seconds(
    "velithon_gateway_queue_wait_seconds",
    "Time that requests waited for a place among those in flight; who found one at once is not counted.",
);

pub(super) const RETRIES: Description =
    Description::counter("velithon_gateway_retries", "Attempts after the first, by the reason of the one before.");

pub(super) const RETRIES_DENIED: Description = Description::counter(
    "velithon_gateway_retries_denied",
    "Retries that were not made since the budget of the upstream was spent.",
);

pub(super) const SHED: Description = Description::counter(
    "velithon_gateway_shed",
    "Requests that were refused for want of a place: the queue was full, or the wait too long.",
);

pub(super) const BYTES: Description = Description::counter(
    "velithon_gateway_bytes",
    "Bytes of bodies sent to upstreams and received from them, counted when an exchange ends.",
);

pub(super) const REUSED: Description =
    Description::counter("velithon_gateway_connections_reused", "Attempts that found a connection open.");

pub(super) const MIRRORED: Description =
    Description::counter("velithon_gateway_mirrored", "Copies of requests sent to an upstream besides.");

pub(super) const MIRROR_SKIPPED: Description = Description::counter(
    "velithon_gateway_mirror_skipped",
    "Copies not sent: the body was too long or of no known length, or too many were under way.",
);

pub(super) const SPLIT: Description = Description::counter(
    "velithon_gateway_split",
    "Requests of a gateway that has a split, by the upstream that was chosen.",
);

pub(super) const ACTIVE: Description = Description::gauge(
    "velithon_gateway_active_requests",
    "Requests let in to an upstream, which max_in_flight limits.",
);

pub(super) const QUEUED: Description =
    Description::gauge("velithon_gateway_queued_requests", "Requests that wait for a place at an upstream.");

pub(super) const IN_FLIGHT: Description =
    Description::gauge("velithon_gateway_in_flight", "Requests that are at a target.");

pub(super) const HEALTHY: Description = Description::gauge(
    "velithon_gateway_healthy",
    "1 while a target may be chosen, 0 while it is down, ejected, drained or waits for its first check.",
);

pub(super) const PANIC: Description = Description::gauge(
    "velithon_gateway_panic",
    "1 while so few targets are well that health and ejection are ignored.",
);

pub(super) const TARGETS: Description =
    Description::gauge("velithon_gateway_targets", "Targets that an upstream has at the moment.");

pub(super) const BREAKER: Description = Description::gauge(
    "velithon_gateway_breaker_state",
    "State of the circuit breaker: 0 closed, 1 half-open, 2 open.",
);

pub(super) const TRANSITIONS: Description = Description::counter(
    "velithon_gateway_breaker_transitions",
    "Changes of the circuit breaker, by the state it went to.",
);

pub(super) const EJECTIONS: Description =
    Description::counter("velithon_gateway_ejections", "Times that failures in a row took a target out for a while.");

pub(super) const CHECKS: Description =
    Description::counter("velithon_gateway_health_checks", "Health checks that ended, by their result.");

pub(super) const CONNECTIONS: Description =
    Description::gauge("velithon_gateway_pool_connections", "Open connections to a target, active or idle.");

pub(super) const WAITS: Description = Description::counter(
    "velithon_gateway_pool_waits",
    "Requests that had to wait since a target had as many connections as it may have.",
);

pub(super) const OPENED: Description =
    Description::counter("velithon_gateway_connections_opened", "Connections to a target that were made.");

pub(super) const CLOSED: Description =
    Description::counter("velithon_gateway_connections_closed", "Connections to a target that have ended.");

pub(super) const LOOKUPS: Description =
    Description::counter("velithon_gateway_dns_lookups", "Look-ups of the names of targets, by their result.");
