//! What the results of checks say about a target: two good ones bring it up, three bad ones take it down.
//!
//! The first result counts at once, so that a fresh process need not wait for the second round.

use std::time::Duration;

use crate::gateway::random::Random;
use crate::gateway::target::Health;

/// How a target is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The path that is asked for.
    pub(crate) path: String,
    /// The time between two checks of a target that is up; a third of it while it is down.
    pub(crate) every: Duration,
    /// The time for an answer.
    pub(crate) timeout: Duration,
    /// The statuses that are good, first and last.
    pub(crate) expect: (u16, u16),
    /// Good results in a row that bring it up.
    pub(crate) up: u32,
    /// Bad results in a row that take it down.
    pub(crate) down: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: "/".into(),
            every: Duration::from_secs(10),
            timeout: Duration::from_secs(2),
            expect: (200, 299),
            up: 2,
            down: 3,
        }
    }
}

impl Settings {
    /// Whether a status is good.
    pub(crate) fn expects(&self, status: u16) -> bool {
        (self.expect.0..=self.expect.1).contains(&status)
    }

    /// How long until the next check: a tenth more or less, so that the checks of several gateways drift apart.
    pub(crate) fn wait(&self, health: Health, random: &mut impl Random) -> Duration {
        let every = if health == Health::Down { self.every / 3 } else { self.every };
        every.mul_f64(random.unit().mul_add(0.2, 0.9))
    }
}

/// The results of a target's checks so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    health: Health,
    /// Results in a row that speak against `health`.
    against: u32,
}

impl Record {
    /// Continues from what is known.
    pub(crate) const fn new(health: Health) -> Self {
        Self { health, against: 0 }
    }

    pub(crate) const fn health(&self) -> Health {
        self.health
    }

    /// Takes a result; the new health when it changes by it.
    pub(crate) fn observe(&mut self, good: bool, settings: &Settings) -> Option<Health> {
        let says = if good { Health::Up } else { Health::Down };
        if says == self.health {
            self.against = 0;
            return None;
        }
        self.against += 1;
        let enough = match self.health {
            Health::Unknown => 1,
            Health::Up => settings.down,
            Health::Down => settings.up,
        };
        if self.against < enough {
            return None;
        }
        *self = Self::new(says);
        Some(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::random::Seeded;

    fn changes(results: &str) -> Vec<(usize, Health)> {
        let (settings, mut record) = (Settings::default(), Record::new(Health::Unknown));
        let observe = |(number, result)| Some((number, record.observe(result == '+', &settings)?));
        results.chars().enumerate().filter_map(observe).collect()
    }

    // Regression D9: one failure is no outage.
    #[test]
    fn three_bad_results_in_a_row_take_it_down_and_two_good_ones_bring_it_back() {
        assert_eq!(changes("+--+--+---+-++"), [(0, Health::Up), (9, Health::Down), (13, Health::Up)]);
    }

    #[test]
    fn the_first_result_counts_at_once() {
        assert_eq!(changes("-++"), [(0, Health::Down), (2, Health::Up)]);
    }

    #[test]
    fn what_is_down_is_asked_more_often_and_never_in_step() {
        let (settings, mut random) = (Settings::default(), Seeded::new(4));
        let up: Vec<_> = (0..100).map(|_| settings.wait(Health::Up, &mut random)).collect();
        assert!(up.iter().all(|wait| (9_000..=11_000).contains(&wait.as_millis())));
        assert!(up.iter().max() > up.iter().min());
        assert!(settings.wait(Health::Down, &mut random) < Duration::from_secs(4));
    }
}
