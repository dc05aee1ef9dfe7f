//! The state of every upstream as JSON, and the few things an operator may do to it: part of the dashboard.
//!
//! Without a token the state is shown to programs on this machine alone, as the metrics are, and nothing can be done.
//! With `[mount] dashboard_token`, whoever sends it as a bearer (RFC 6750, section 2.1) may do both from anywhere.

use axum::response::IntoResponse;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::policy::breaker::State;
use super::target::Health;
use super::time::Moment;
use super::upstream::{Hub, Running, UpstreamState};
use crate::inject::BoxFuture;
use crate::metrics::page::may_read;
use crate::reply::{Json, Problem, Response};
use crate::route::params::FromText;
use crate::route::{Call, Rejected, served};

/// Every upstream.
#[derive(Debug, Serialize)]
struct Report {
    upstreams: Vec<UpstreamReport>,
}

#[derive(Debug, Serialize)]
struct UpstreamReport {
    name: String,
    /// `closed`, `half_open` or `open`.
    breaker: &'static str,
    in_flight: u32,
    waiting: u32,
    max_in_flight: u32,
    /// Whether so few targets are well that health is ignored.
    panic: bool,
    targets: Vec<TargetReport>,
}

#[derive(Debug, Serialize)]
struct TargetReport {
    /// The address, by which it is drained.
    target: String,
    url: String,
    weight: u16,
    backup: bool,
    /// `eligible`, `pending`, `ejected`, `down` or `draining`.
    state: &'static str,
    /// `up`, `down`, or nothing before the first check.
    health: Option<&'static str>,
    ejected_for_seconds: Option<f64>,
    in_flight: u32,
    /// The time to the first byte of late.
    latency_ms: Option<f64>,
    connections: usize,
    idle_connections: usize,
}

/// `GET /gateway.json`
pub(crate) fn read(call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    match call.hub().token() {
        Some(token) => identify(call.headers(), token)?,
        None if may_read(call.peer(), call.headers()) => {}
        None => return Err(Rejected::new(Problem::new(StatusCode::NOT_FOUND))),
    }
    served(Json(report(call.hub(), Moment::now())).into_response())
}

/// `POST /gateway/{upstream}/{target}/drain`
pub(crate) fn drain(call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    set_draining(call, true)
}

/// `POST /gateway/{upstream}/{target}/undrain`
pub(crate) fn undrain(call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    set_draining(call, false)
}

/// `POST /gateway/{upstream}/breaker/reset`
pub(crate) fn reset(call: &mut Call) -> Result<BoxFuture<'static, Response>, Rejected> {
    operate(call)?;
    named(call)?.running().breaker.reset(Moment::now());
    served(StatusCode::NO_CONTENT.into_response())
}

fn set_draining(call: &Call, draining: bool) -> Result<BoxFuture<'static, Response>, Rejected> {
    operate(call)?;
    let running = named(call)?.running();
    let label: String = call.capture(1, "target", FromText::from_text)?;
    let target = running.set.members().iter().find(|member| member.target.label() == label);
    let target = target.ok_or_else(|| Rejected::new(Problem::not_found().detail("the upstream has no such target")))?;
    target.target.standing().set_draining(draining, Moment::now());
    served(StatusCode::NO_CONTENT.into_response())
}

fn named(call: &Call) -> Result<&UpstreamState, Rejected> {
    let name: String = call.capture(0, "upstream", FromText::from_text)?;
    let unknown = || Rejected::new(Problem::not_found().detail("there is no such upstream"));
    call.hub().named(&name).map(|state| &**state).ok_or_else(unknown)
}

/// Who may change something: nobody, where nothing says by what they would be known.
fn operate(call: &Call) -> Result<(), Rejected> {
    match call.hub().token() {
        Some(token) => identify(call.headers(), token),
        None => {
            let detail = "the dashboard has no token: set `dashboard_token` in `[mount]`";
            Err(Rejected::new(Problem::forbidden().detail(detail)))
        }
    }
}

fn identify(headers: &HeaderMap, token: &str) -> Result<(), Rejected> {
    let sent = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let sent =
        sent.and_then(|value| value.split_at_checked(7)).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "));
    match sent {
        Some((_, sent)) if is_same(sent, token.as_bytes()) => Ok(()),
        _ => {
            let challenge = [(WWW_AUTHENTICATE, "Bearer realm=\"dashboard\"")];
            Err(Rejected::new((challenge, Problem::unauthorized())))
        }
    }
}

/// Compared to the end, so that the time says nothing about where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

fn report(hub: &Hub, now: Moment) -> Report {
    Report { upstreams: hub.iter().map(|state| upstream(state, now)).collect() }
}

fn upstream(state: &UpstreamState, now: Moment) -> UpstreamReport {
    let running = state.running();
    UpstreamReport {
        name: state.name().to_string(),
        breaker: match running.breaker.state() {
            State::Closed => "closed",
            State::HalfOpen => "half_open",
            State::Open => "open",
        },
        in_flight: state.admission.in_flight(),
        waiting: state.admission.waiting(),
        max_in_flight: running.settings.max_in_flight,
        panic: running.set.eligible(now).is_panic(),
        targets: targets(&running, now),
    }
}

fn targets(running: &Running, now: Moment) -> Vec<TargetReport> {
    let report = |node: &std::sync::Arc<super::node::Node>| {
        let (spec, target) = (node.spec(), &node.target);
        let (connections, idle_connections) = node.pool().counts();
        TargetReport {
            target: target.label().to_owned(),
            url: spec.url(),
            weight: spec.weight,
            backup: spec.backup,
            state: target.standing().place(now).as_str(),
            health: match target.standing().health() {
                Health::Unknown => None,
                Health::Up => Some("up"),
                Health::Down => Some("down"),
            },
            ejected_for_seconds: Some(target.standing().ejected_until().since(now).as_secs_f64())
                .filter(|left| *left > 0.0),
            in_flight: target.load().in_flight(),
            latency_ms: node.latency(now).map(|latency| latency.as_secs_f64() * 1000.0),
            connections,
            idle_connections,
        }
    };
    running.nodes.iter().map(report).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_whole_token_identifies() {
        let identified = |value: &'static str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
            identify(&headers, "sesame").is_ok()
        };
        assert!(identified("Bearer sesame") && identified("bearer sesame"));
        for wrong in ["Bearer sesam", "Bearer sesame ", "Bearer", "Basic sesame", "sesame", ""] {
            assert!(!identified(wrong), "{wrong}");
        }
        assert!(identify(&HeaderMap::new(), "sesame").is_err());
    }
}
