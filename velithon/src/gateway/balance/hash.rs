//! The same target for the same key, as long as it is eligible and not far busier than the others.
//!
//! The hashes of keys and targets are the same in every process, so several gateways agree. When a target is out, its
//! keys alone move. A popular key does not overload its target: beyond 1.25 times the mean the next one takes over
//! (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018).

use http::HeaderName;
use xxhash_rust::xxh3::xxh3_64;

use super::{Choice, Head, maglev, random};
use crate::gateway::random::{Random, mix};

/// How much busier than the mean a target may be.
const BOUND: f32 = 1.25;

/// What is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// The first value of a header.
    Header(HeaderName),
    /// The value of a cookie.
    Cookie(Box<str>),
    /// The first value of a query parameter, as it was sent.
    Query(Box<str>),
    /// The address of the client.
    Ip,
    /// The path of the request.
    Path,
}

impl Key {
    /// The hash of the request's key; nothing when it has none.
    pub(crate) fn hash(&self, head: &Head<'_>) -> Option<u64> {
        match self {
            Self::Header(name) => head.header(name).map(xxh3_64),
            Self::Cookie(name) => head.cookie(name).map(xxh3_64),
            Self::Query(name) => head.query(name).map(xxh3_64),
            Self::Ip => head.client.map(|client| match client.to_canonical() {
                std::net::IpAddr::V4(address) => xxh3_64(&address.octets()),
                std::net::IpAddr::V6(address) => xxh3_64(&address.octets()),
            }),
            Self::Path => Some(xxh3_64(head.path.as_bytes())),
        }
    }
}

/// The place of the key's target; by lot when the request has no key.
pub(super) fn pick(choice: &Choice<'_>, key: &Key, head: &Head<'_>, random: &mut impl Random) -> usize {
    let Some(hash) = key.hash(head) else { return random::pick(choice.eligible, random) };
    let bound = Bound::new(choice);
    let found = choice.set.maglev().and_then(|table| walk(choice, table, hash, &bound));
    found.unwrap_or_else(|| rendezvous(choice, hash, &bound))
}

/// From the key's slot on, the first target that is eligible and has room.
fn walk(choice: &Choice<'_>, table: &[u32], hash: u64, bound: &Bound<'_>) -> Option<usize> {
    if choice.set.members()[choice.eligible.index(0)].spec.backup {
        // Primaries alone have slots, and those who may be chosen are either all primaries or all backups.
        return None;
    }
    let start = (hash % maglev::SLOTS as u64) as usize;
    let slots = table[start..].iter().chain(&table[..start]);
    slots.filter_map(|&index| choice.eligible.place(index as usize)).find(|&place| bound.has_room(place))
}

/// For backups: the highest score of key and target, among those that have room (Schindelhauer and Schomaker's weighted rendezvous).
fn rendezvous(choice: &Choice<'_>, hash: u64, bound: &Bound<'_>) -> usize {
    let best = |places: &mut dyn Iterator<Item = usize>| {
        places.map(|place| (score(choice, place, hash), place)).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let all = || 0..choice.eligible.len();
    // Requests that end meanwhile may leave nobody with room for a moment.
    let found = best(&mut all().filter(|&place| bound.has_room(place))).or_else(|| best(&mut all()));
    found.map_or(0, |(_, place)| place)
}

fn score(choice: &Choice<'_>, place: usize, hash: u64) -> f64 {
    let mixed = mix(hash ^ choice.set.target(choice.eligible.index(place)).hash());
    // Between 0 and 1, and neither.
    let unit = ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    -f64::from(choice.eligible.weight(place)) / unit.ln()
}

/// The load that no target may be beyond; the sum over all is made when somebody is not idle.
struct Bound<'a> {
    choice: &'a Choice<'a>,
    per_weight: std::cell::OnceCell<f32>,
}

impl<'a> Bound<'a> {
    fn new(choice: &'a Choice<'a>) -> Self {
        Self { choice, per_weight: std::cell::OnceCell::new() }
    }

    fn has_room(&self, place: usize) -> bool {
        let in_flight = self.in_flight(place);
        // One at a time is never beyond: the bound is rounded up.
        in_flight <= 1 || in_flight as f32 <= (self.per_weight() * self.choice.eligible.weight(place)).ceil()
    }

    fn per_weight(&self) -> f32 {
        *self.per_weight.get_or_init(|| {
            let sum: u32 = (0..self.choice.eligible.len()).map(|place| self.in_flight(place)).sum();
            BOUND * (sum + 1) as f32 / self.choice.eligible.total_weight()
        })
    }

    fn in_flight(&self, place: usize) -> u32 {
        self.choice.set.target(self.choice.eligible.index(place)).load().in_flight()
    }
}
