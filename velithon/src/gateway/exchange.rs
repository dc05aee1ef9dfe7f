//! One request on its way to an upstream and back: let in, attempted, tried again, answered.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{EXPECT, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body::Body as _;
use hyper::body::Incoming;

use super::access;
use super::attempt::{self, Failed, Want};
use super::balance::{Head, Tried};
use super::ending::Ending;
use super::error::GatewayError;
use super::forward::{
    self, Accepted, BodyLimits, Borrowed, Gate, Heading, Load, Outgoing, Progress, Received, Upgrade,
};
use super::node::Node;
use super::outcome::{Outcome, Phase};
use super::policy::breaker::Permit;
use super::policy::{outlier, retry};
use super::pool::Lease;
use super::random;
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
    mut outbound: Outbound,
) -> Result<Response, GatewayError> {
    let running = upstream.running();
    let notes = outbound.notes.take();
    let began = Moment::now();
    let permit = check_length(&outbound.body, rules).and_then(|()| admit(&running, rules, began));
    let permit = permit.inspect_err(|error| access::refused(upstream, notes.as_deref(), error))?;
    let mut ending = Ending::new(upstream, Arc::clone(&running), permit, began, notes);
    let pass = match upstream.admission.try_enter() {
        Some(pass) => pass,
        None => Box::pin(enter(upstream, &running, &mut ending)).await?,
    };
    ending.admitted(pass);
    let has_body = !outbound.body.is_end_stream();
    let upgrade = forward::ask_upgrade(&mut outbound.parts, outbound.heading.upgrade.take(), has_body)
        .inspect_err(|error| ending.failed(Outcome::ClientFault, error))?;
    let own = rules.retries.as_ref().map(|own| own.over(running.retry.clone()));
    let retry = own.as_ref().unwrap_or(&running.retry);
    let mut timeouts = rules.timeouts.map_or(running.timeouts, |own| own.over(running.timeouts));
    if let Some(call) = &outbound.heading.grpc {
        timeouts = timeouts.of_stream(call.timeout);
    }
    let mut sleep = pin!(None);
    let mut timer = Timer::new(sleep.as_mut(), timeouts, began);
    let mut journey = Journey::new(upstream, &running, retry, rules, outbound, upgrade, ending);
    journey.travel(&mut timer).await
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
async fn enter(
    upstream: &UpstreamState,
    running: &Running,
    ending: &mut Ending,
) -> Result<super::policy::admission::Pass, GatewayError> {
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

/// The head of a request, kept for the case that it has to be sent again.
struct Kept {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// The attempts of one exchange.
struct Journey<'a> {
    upstream: &'a UpstreamState,
    running: &'a Arc<Running>,
    retry: &'a retry::Settings,
    body_limit: Option<u64>,
    heading: Heading,
    client: Option<IpAddr>,
    upgrade: Option<Upgrade>,
    /// The head for the next attempt; with the connection while one is under way.
    head: Option<Parts>,
    kept: Option<Kept>,
    load: Load,
    gate: Option<Arc<Gate>>,
    idempotent: bool,
    /// Whether head and body are kept for the case that they have to be sent again.
    keeps: bool,
    tried: Tried,
    retries: u32,
    stale_before: bool,
    ending: Ending,
}

/// A reply, the connection it came by, and how far the request's body got.
type Unwanted = (Response<Incoming>, Lease, Option<Arc<Progress>>);

/// How an attempt went wrong, as far as the next one is concerned.
struct Lost {
    outcome: Outcome,
    sent: retry::Sent,
    /// The reply whose status says so.
    reply: Option<Box<Unwanted>>,
    error: Option<GatewayError>,
}

impl<'a> Journey<'a> {
    fn new(
        upstream: &'a UpstreamState,
        running: &'a Arc<Running>,
        retry: &'a retry::Settings,
        rules: &Rules,
        outbound: Outbound,
        upgrade: Option<Upgrade>,
        ending: Ending,
    ) -> Self {
        let Outbound { parts, body, heading, client, .. } = outbound;
        let idempotent = retry.retries > 0 && retry::is_idempotent(&parts.method, &parts.headers);
        // A stream that HTTP/2 refuses is sent again whatever its method is (RFC 9113, section 8.7).
        let keeps = idempotent || (retry.retries > 0 && running.multiplexes());
        let gate = parts.headers.contains_key(EXPECT).then(Arc::<Gate>::default);
        Self {
            upstream,
            running,
            retry,
            body_limit: rules.body_limit,
            load: Load::new(body, keeps),
            keeps,
            heading,
            client,
            upgrade,
            head: Some(parts),
            kept: None,
            gate,
            idempotent,
            tried: Tried::default(),
            retries: 0,
            stale_before: false,
            ending,
        }
    }

    async fn travel(&mut self, timer: &mut Timer<'_>) -> Result<Response, GatewayError> {
        if self.ending.is_judged() {
            self.running.budget.deposit(timer.began);
        }
        let mut again: Option<usize> = None;
        loop {
            let Some((index, node)) = self.choose(again) else { return self.give_up(GatewayError::NoTarget) };
            let want = Want { fresh: again.is_some(), http1: self.upgrade.is_some() };
            let lost = match self.attempt(index, &node, want, timer).await {
                Ok(reply) => return Ok(reply),
                Err(lost) => lost,
            };
            match self.decide(&lost, timer) {
                retry::Decision::Again { wait, fresh } => {
                    self.tried.add(index);
                    self.ending.retried(lost.outcome);
                    again = fresh.then_some(index);
                    if fresh {
                        self.stale_before = true;
                    } else {
                        self.retries += 1;
                    }
                    discard(lost);
                    timer.pause(wait).await;
                }
                retry::Decision::Answer(why) => {
                    if why == retry::Why::Budget {
                        self.ending.denied();
                    }
                    return self.answer(lost, timer).await;
                }
            }
        }
    }

    /// The target of the next attempt: the same for a stale connection, else the balance's choice.
    #[inline]
    fn choose(&self, again: Option<usize>) -> Option<(usize, Arc<Node>)> {
        let parts = self.head.as_ref()?;
        let index = match again {
            Some(index) => index,
            None => match self.upstream.custom_balance() {
                Some(custom) => self.custom(custom, parts)?,
                None => {
                    let head = head_of(parts, self.client);
                    let now = Moment::now();
                    let balancer = &self.running.balancer;
                    balancer.pick(&self.running.set, &head, &self.tried, now, &mut random::of_thread())?
                }
            },
        };
        Some((index, Arc::clone(self.running.nodes.get(index)?)))
    }

    /// The choice of the service's own balance, among the targets that may be chosen.
    #[cold]
    fn custom(&self, custom: &dyn super::Balance, parts: &Parts) -> Option<usize> {
        let eligible = self.running.set.eligible(Moment::now());
        let untried = |index: &usize| !self.tried.has(*index);
        let mut indices: Vec<usize> = eligible.indices().filter(untried).collect();
        if indices.is_empty() {
            indices = eligible.indices().collect();
        }
        let infos: Vec<super::TargetInfo> =
            indices.iter().map(|index| super::TargetInfo { url: self.running.nodes[*index].spec().url() }).collect();
        let place = custom.pick(&super::Targets(&infos), parts)?;
        indices.get(place).copied()
    }

    async fn attempt(
        &mut self,
        index: usize,
        node: &Arc<Node>,
        want: Want,
        timer: &mut Timer<'_>,
    ) -> Result<Response, Lost> {
        self.ending.attempt(self.upstream, node, self.head.as_ref());
        let connected = match attempt::connect(node, want, timer).await {
            Ok(Some(lease)) => Ok(lease),
            Ok(None) => Box::pin(attempt::wait(node, want, self.running.settings.queue_timeout, timer)).await,
            Err(outcome) => Err(outcome),
        };
        let mut lease = match connected {
            Ok(lease) => lease,
            Err(outcome) => {
                self.judge(index, node, outcome, None);
                return Err(Lost { outcome, sent: retry::Sent::Nothing, reply: None, error: None });
            }
        };
        self.ending.connected(lease.fresh);
        let (request, progress) = self.load(&lease);
        let began = Moment::now();
        let sent = attempt::send(&mut lease, request, progress.as_deref(), self.gate.as_deref(), timer).await;
        match sent {
            Ok(reply) => {
                let status = reply.status();
                self.judge(index, node, Outcome::Ok(status), Some(began));
                if self.retry.statuses.contains(&status) && self.retries < self.retry.retries {
                    let (outcome, sent) = (Outcome::Ok(status), retry::Sent::Some);
                    return Err(Lost { outcome, sent, reply: Some(Box::new((reply, lease, progress))), error: None });
                }
                self.pass_on(reply, lease, progress, index, timer)
            }
            Err(failed) => Err(self.lost(index, node, failed, progress.as_deref())),
        }
    }

    /// The request for this connection; its head is kept where it may have to be sent again after it was written.
    #[inline]
    fn load(&mut self, lease: &Lease) -> (Request<Outgoing>, Option<Arc<Progress>>) {
        let (body, progress) = self.load.take(self.gate.as_ref(), self.body_limit);
        let mut parts = self.head.take().unwrap_or_else(|| Request::new(()).into_parts().0);
        if self.keeps && self.kept.is_none() {
            let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
            self.kept = Some(Kept { method, uri, headers });
        }
        attempt::address(&mut parts, lease, &self.heading);
        self.ending.sending(&mut parts, progress.as_ref());
        let mut request = Request::from_parts(parts, body);
        if let Some(gate) = &self.gate {
            let gate = Arc::clone(gate);
            hyper::ext::on_informational(&mut request, move |_| gate.open());
        }
        (request, progress)
    }

    /// What is left of a request whose attempt failed.
    #[cold]
    fn lost(&mut self, index: usize, node: &Arc<Node>, failed: Failed, progress: Option<&Progress>) -> Lost {
        let Failed { outcome, back } = failed;
        let sent = if back.is_some() { retry::Sent::Nothing } else { retry::Sent::Some };
        if let Some(request) = back {
            let (parts, body) = request.into_parts();
            self.head = Some(parts);
            self.load.give_back(body);
        } else if let Some(Kept { method, uri, headers }) = self.kept.take() {
            self.restore(method, uri, headers);
        }
        self.judge(index, node, outcome, None);
        let too_large = progress.is_some_and(Progress::is_too_large);
        Lost { outcome, sent, reply: None, error: too_large.then_some(TOO_LARGE) }
    }

    fn restore(&mut self, method: Method, uri: Uri, headers: HeaderMap) {
        let mut parts = Request::new(()).into_parts().0;
        (parts.method, parts.uri, parts.headers) = (method, uri, headers);
        self.head = Some(parts);
    }

    /// Tells the target's record how an attempt ended.
    #[inline]
    fn judge(&mut self, index: usize, node: &Arc<Node>, outcome: Outcome, began: Option<Moment>) {
        self.ending.attempted(outcome);
        if !self.ending.is_judged() {
            return;
        }
        let now = Moment::now();
        match began {
            Some(began) if !outcome.is_target_failure() => node.target.load().observe(now.since(began), now),
            _ if outcome.is_target_failure() => node.target.load().observe_failure(None, now),
            _ => {}
        }
        outlier::record(&self.running.set, index, outcome, now, &mut random::of_thread());
    }

    #[cold]
    fn decide(&mut self, lost: &Lost, timer: &Timer<'_>) -> retry::Decision {
        if let (Outcome::Ok(_), Some(Kept { method, uri, headers })) = (lost.outcome, self.kept.take()) {
            self.restore(method, uri, headers);
        }
        let now = Moment::now();
        let whole = self.load.is_whole() && self.head.is_some();
        let attempt = retry::Attempt {
            outcome: lost.outcome,
            retries: self.retries,
            stale_before: self.stale_before,
            sent: lost.sent,
            body: if whole { retry::Body::Whole } else { retry::Body::Consumed },
            idempotent: self.idempotent,
            answered: false,
            left: timer.left(now),
        };
        let budget = &self.running.budget;
        retry::decide(self.retry, &attempt, || budget.withdraw(now), &mut random::of_thread())
    }

    /// The client gets what the last attempt ended with.
    #[cold]
    async fn answer(&mut self, lost: Lost, timer: &Timer<'_>) -> Result<Response, GatewayError> {
        if let Some(unwanted) = lost.reply {
            let (reply, lease, progress) = *unwanted;
            let index = usize::MAX;
            return self.pass_on(reply, lease, progress, index, timer).or_else(|lost| self.fail(lost));
        }
        self.fail(lost)
    }

    #[cold]
    fn fail(&mut self, lost: Lost) -> Result<Response, GatewayError> {
        let error = lost.error.unwrap_or_else(|| GatewayError::of(lost.outcome));
        self.ending.failed(lost.outcome, &error);
        Err(error)
    }

    #[cold]
    fn give_up(&mut self, error: GatewayError) -> Result<Response, GatewayError> {
        self.ending.failed(Outcome::Timeout(Phase::Queue), &error);
        Err(error)
    }

    /// The reply as the client gets it: its head checked, its body streaming.
    #[inline]
    fn pass_on(
        &mut self,
        mut reply: Response<Incoming>,
        lease: Lease,
        sent: Option<Arc<Progress>>,
        index: usize,
        timer: &Timer<'_>,
    ) -> Result<Response, Lost> {
        let broken = |outcome| Lost { outcome, sent: retry::Sent::Some, reply: None, error: None };
        let upstream_side = (reply.status() == StatusCode::SWITCHING_PROTOCOLS).then(|| hyper::upgrade::on(&mut reply));
        let (mut parts, body) = reply.into_parts();
        let accepted = forward::accept(&mut parts).map_err(broken)?;
        let lasts = self.heading.grpc.is_some() || is_event_stream(&parts.headers);
        let mut ending = self.take_ending();
        ending.head(parts.status, lasts || upstream_side.is_some());
        if let Some(cookie) = self.cookie(index) {
            parts.headers.append(SET_COOKIE, cookie);
        }
        if let (Some(protocol), Some(upstream_side)) = (&accepted.upgrade, upstream_side) {
            let answered = self.upgrade.take().filter(|asked| asked.is_answered(protocol, &parts.headers));
            let Some(asked) = answered else {
                ending.broken(Outcome::Protocol);
                return Err(broken(Outcome::Protocol));
            };
            let (idle, delay) = (timer.timeouts.stream_idle, timer.timeouts.stream_close_delay);
            let target = Arc::clone(&lease.node().target);
            tokio::spawn(async move {
                tokio::select! {
                    _ = forward::tunnel(asked.into_client(), upstream_side, idle) => {}
                    () = target.removal().over(delay) => {}
                }
                ending.complete();
                drop(lease);
            });
            return Ok(Response::from_parts(parts, Body::empty()));
        }
        if parts.status == StatusCode::RESET_CONTENT && !body.is_end_stream() {
            ending.complete();
            return Ok(Response::from_parts(parts, Body::empty()));
        }
        let timeouts =
            if lasts && self.heading.grpc.is_none() { timer.timeouts.of_stream(None) } else { timer.timeouts };
        let total = timeouts.total.map(|limit| timer.began + limit);
        let borrowed = Borrowed { lease, reusable: accepted.reusable, kept: accepted.kept, sent };
        let limits = BodyLimits { idle: timeouts.idle, total };
        let body = Received::new(body, borrowed, limits, self.heading.trailers, ending);
        let body = if body.is_end_stream() { Body::empty() } else { Body::new(body) };
        Ok(Response::from_parts(parts, body))
    }

    /// The end is told by whoever has it: the body, from here on.
    fn take_ending(&mut self) -> Ending {
        let spent = Ending::spent(Arc::clone(self.running));
        std::mem::replace(&mut self.ending, spent)
    }

    /// The cookie that binds a client to its target.
    #[inline]
    fn cookie(&self, index: usize) -> Option<HeaderValue> {
        let super::balance::Algorithm::Sticky(_) = self.running.balancer.algorithm() else { return None };
        let parts = self.head_kept()?;
        let head = Head { path: "", query: None, headers: &parts.headers, client: None };
        let set = &self.running.set;
        (index < set.len()).then(|| self.running.balancer.cookie(set, &head, index, false)).flatten()
    }

    fn head_kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }
}

fn head_of(parts: &Parts, client: Option<IpAddr>) -> Head<'_> {
    Head { path: parts.uri.path(), query: parts.uri.query(), headers: &parts.headers, client }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let essence = |value: &HeaderValue| {
        value.as_bytes().get(..17).is_some_and(|start| start.eq_ignore_ascii_case(b"text/event-stream"))
    };
    headers.get(http::header::CONTENT_TYPE).is_some_and(essence)
}

/// Reads the rest of a reply that nobody gets, so that its connection may serve again; a long one is dropped with it.
#[cold]
fn discard(lost: Lost) {
    let Some(unwanted) = lost.reply else { return };
    let (reply, lease, sent) = *unwanted;
    let (mut parts, body) = reply.into_parts();
    if let Ok(Accepted { reusable, kept, .. }) = forward::accept(&mut parts) {
        forward::discard(body, Borrowed { lease, reusable, kept, sent });
    }
}
