//! What a scrape reads of the state of the upstreams.

use std::sync::atomic::Ordering::Relaxed;

use super::names::{
    ACTIVE, BREAKER, CHECKS, CLOSED, CONNECTIONS, EJECTIONS, HEALTHY, IN_FLIGHT, LOOKUPS, OPENED, PANIC, QUEUED,
    TARGETS, TRANSITIONS, WAITS,
};
use crate::gateway::node::Node;
use crate::gateway::policy::breaker::State;
use crate::gateway::target::Place;
use crate::gateway::time::Moment;
use crate::gateway::upstream::{Hub, UpstreamState};
use crate::metrics::Samples;

/// Tells the state of every upstream and target.
pub(super) fn sample(hub: &Hub, samples: &mut Samples) {
    let now = Moment::now();
    for state in hub.iter() {
        upstream(state, now, samples);
        state.running().nodes.iter().for_each(|node| target(state.name(), node, now, samples));
    }
}

fn upstream(state: &UpstreamState, now: Moment, samples: &mut Samples) {
    let (running, name) = (state.running(), ("upstream", &**state.name()));
    let breaker = &running.breaker;
    let open = match breaker.state() {
        State::Closed => 0.0,
        State::HalfOpen => 1.0,
        State::Open => 2.0,
    };
    samples.add(&ACTIVE, &[name], state.admission.in_flight().into());
    samples.add(&QUEUED, &[name], state.admission.waiting().into());
    samples.add(&TARGETS, &[name], running.nodes.len() as f64);
    samples.add(&PANIC, &[name], f64::from(running.set.eligible(now).is_panic()));
    samples.add(&BREAKER, &[name], open);
    for (to, state) in [("closed", State::Closed), ("half_open", State::HalfOpen), ("open", State::Open)] {
        samples.add(&TRANSITIONS, &[("to", to), name], breaker.transitions(state) as f64);
    }
    let (found, failed) = state.lookups().read();
    for (result, count) in [("found", found), ("failed", failed)] {
        samples.add(&LOOKUPS, &[("result", result), name], count as f64);
    }
}

fn target(upstream: &str, node: &Node, now: Moment, samples: &mut Samples) {
    let (target, tally) = (&node.target, node.target.tally());
    let [label, name] = [("target", target.label()), ("upstream", upstream)];
    let chosen = matches!(target.standing().place(now), Place::In { .. });
    let (open, idle) = node.connections();
    samples.add(&IN_FLIGHT, &[label, name], target.load().in_flight().into());
    samples.add(&HEALTHY, &[label, name], f64::from(chosen));
    for (state, count) in [("active", open.saturating_sub(idle)), ("idle", idle)] {
        samples.add(&CONNECTIONS, &[("state", state), label, name], count as f64);
    }
    for (result, count) in [("passed", &tally.checks_passed), ("failed", &tally.checks_failed)] {
        samples.add(&CHECKS, &[("result", result), label, name], count.load(Relaxed) as f64);
    }
    let counted =
        [(&EJECTIONS, &tally.ejections), (&OPENED, &tally.opened), (&CLOSED, &tally.closed), (&WAITS, &tally.waits)];
    for (description, count) in counted {
        samples.add(description, &[label, name], count.load(Relaxed) as f64);
    }
}
