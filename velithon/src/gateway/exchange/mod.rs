//! One request on its way to an upstream and back: let in, attempted, tried again, answered.

mod choice;
mod failure;
mod journey;
mod reply;

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http_body::Body as _;

use self::journey::Journey;
use super::ending::Ending;
use super::error::GatewayError;
use super::forward::{self, Heading};
use super::outcome::{Outcome, Phase};
use super::policy::admission::Pass;
use super::policy::timeout::Timeouts;
use super::settings::{Overrides, Retries};
use super::time::Moment;
use super::timer::Timer;
use super::upstream::{Running, UpstreamState};

/// What a gateway, or a call of a function, says differently from its upstream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(crate) timeouts: Option<Overrides>,
    pub(crate) retries: Option<Retries>,
    /// The longest body of a request.
    pub(crate) body_limit: Option<u64>,
}

/// A request on its way.
pub(crate) struct Outbound {
    pub(crate) parts: Parts,
    pub(crate) body: Body,
    pub(crate) heading: Heading,
    /// The client, behind whatever proxies are trusted.
    pub(crate) client: Option<IpAddr>,
}

/// Sends a request and waits for the head of its reply, whose body then streams.
///
/// # Errors
/// Why there is no reply to pass on.
pub(crate) async fn run(
    upstream: &UpstreamState,
    rules: &Rules,
    outbound: &mut Outbound,
) -> Result<Response, GatewayError> {
    let running = upstream.running();
    check_length(&outbound.body, rules)?;
    let began = Moment::now();
    let permit = running.breaker.admit(began);
    let permit = permit.map_err(|open| {
        if let Some(measures) = upstream.measures() {
            measures.refused(upstream.name(), "", "", "circuit_open");
        }
        GatewayError::CircuitOpen { retry_after: open.retry_after }
    })?;
    let mut ending = Ending::new(upstream, Arc::clone(&running), permit, began);
    let mut now = began;
    ending.pass = Some(match upstream.admission.try_enter() {
        Some(pass) => pass,
        None => {
            let pass = Box::pin(enter(upstream, &running, &mut ending)).await?;
            now = Moment::now();
            pass
        }
    });
    let has_body = !outbound.body.is_end_stream();
    let upgrade = forward::ask_upgrade(&mut outbound.parts, outbound.heading.upgrade.take(), has_body)?;
    // What is rare is boxed: the future of every request would be longer by it.
    let own = rules.retries.as_ref().map(|own| Box::new(own.over(running.retry.clone())));
    let retry = own.as_deref().unwrap_or(&running.retry);
    let own = timeouts(&running, rules, &outbound.heading);
    let mut sleep = pin!(None);
    let mut timer = Timer::new(sleep.as_mut(), own.as_deref().unwrap_or(&running.timeouts), began);
    let mut journey = Journey::new(upstream, &running, retry, rules, outbound, upgrade, ending);
    journey.now = now;
    journey.travel(&mut timer).await
}

/// The limits of this exchange, where they are not those of its upstream.
#[inline]
fn timeouts(running: &Running, rules: &Rules, heading: &Heading) -> Option<Box<Timeouts>> {
    let own = rules.timeouts.map(|own| own.over(running.timeouts));
    match &heading.grpc {
        Some(call) => Some(Box::new(own.unwrap_or(running.timeouts).of_stream(call.timeout))),
        None => own.map(Box::new),
    }
}

/// Waits for a place among those in flight.
#[cold]
async fn enter(upstream: &UpstreamState, running: &Running, ending: &mut Ending) -> Result<Pass, GatewayError> {
    upstream.admission.enter(running.settings.queue_timeout).await.map_err(|_| {
        ending.broken(Outcome::Timeout(Phase::Queue));
        GatewayError::Overloaded
    })
}

fn check_length(body: &Body, rules: &Rules) -> Result<(), GatewayError> {
    let Some(limit) = rules.body_limit else { return Ok(()) };
    if body.size_hint().lower() > limit { Err(TOO_LARGE) } else { Ok(()) }
}

const TOO_LARGE: GatewayError = GatewayError::TooLarge { key: "body_limit" };
