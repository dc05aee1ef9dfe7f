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
use super::access;
use super::ending::Ending;
use super::error::GatewayError;
use super::forward::{self, Heading};
use super::outcome::{Outcome, Phase};
use super::policy::admission::Pass;
use super::policy::breaker::Permit;
use super::policy::timeout::Timeouts;
use super::settings::{Overrides, Retries};
use super::time::Moment;
use super::timer::Timer;
use super::upstream::{Running, UpstreamState};
use crate::route::Notes;

/// What a gateway, or a call of a function, says differently from its upstream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(crate) timeouts: Option<Overrides>,
    pub(crate) retries: Option<Retries>,
    /// The longest body of a request.
    pub(crate) body_limit: Option<u64>,
    /// Whether it is a copy, whose end says nothing about its upstream: no breaker, retry or average hears of it.
    pub(crate) copy: bool,
}

impl Rules {
    /// Those of a copy of a request.
    pub(crate) fn of_copy() -> Self {
        Self { retries: Some(Retries::NONE), copy: true, ..Self::default() }
    }
}

/// A request on its way.
pub(crate) struct Outbound {
    pub(crate) parts: Parts,
    pub(crate) body: Body,
    pub(crate) heading: Heading,
    /// The client, behind whatever proxies are trusted.
    pub(crate) client: Option<IpAddr>,
    /// Where the access log of the request is told how it went.
    pub(crate) notes: Option<Arc<Notes>>,
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
    let notes = outbound.notes.take();
    let began = Moment::now();
    let permit = check_length(&outbound.body, rules).and_then(|()| admit(&running, rules, began));
    let permit = permit.inspect_err(|error| access::refused(upstream, notes.as_deref(), error))?;
    let mut ending = Ending::new(upstream, Arc::clone(&running), permit, began, notes);
    let mut now = began;
    let pass = match upstream.admission.try_enter() {
        Some(pass) => pass,
        None => {
            let pass = Box::pin(enter(upstream, &running, &mut ending)).await?;
            now = Moment::now();
            pass
        }
    };
    ending.admitted(pass);
    let has_body = !outbound.body.is_end_stream();
    let upgrade = forward::ask_upgrade(&mut outbound.parts, outbound.heading.upgrade.take(), has_body)
        .inspect_err(|error| ending.failed(Outcome::ClientFault, error))?;
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

/// Asks the breaker; a copy goes by without.
#[inline]
fn admit(running: &Running, rules: &Rules, now: Moment) -> Result<Option<Permit>, GatewayError> {
    if rules.copy {
        return Ok(None);
    }
    let permit = running.breaker.admit(now);
    permit.map(Some).map_err(|open| GatewayError::CircuitOpen { retry_after: open.retry_after })
}

/// Waits for a place among those in flight.
#[cold]
async fn enter(upstream: &UpstreamState, running: &Running, ending: &mut Ending) -> Result<Pass, GatewayError> {
    let entered = upstream.admission.enter(running.settings.queue_timeout).await;
    ending.waited(entered.as_ref().err().copied());
    entered.map_err(|_| {
        ending.failed(Outcome::Timeout(Phase::Queue), &GatewayError::Overloaded);
        GatewayError::Overloaded
    })
}

fn check_length(body: &Body, rules: &Rules) -> Result<(), GatewayError> {
    let Some(limit) = rules.body_limit else { return Ok(()) };
    if body.size_hint().lower() > limit { Err(TOO_LARGE) } else { Ok(()) }
}

const TOO_LARGE: GatewayError = GatewayError::TooLarge { key: "body_limit" };
