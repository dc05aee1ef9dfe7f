//! All metrics of one application: names to families, families to series, each within its limit.
//!
//! Recording looks a name and a set of labels up under a shared lock and adds to an atomic; only the first recording of a
//! series takes the lock for itself. A scrape copies the lists of references and reads the atomics afterwards, so it
//! stops nobody. What is recorded for every request skips the look-up: see [`http`](super::http).

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use smallvec::SmallVec;

use super::guard::{NAMES, OVERFLOW, Routes, SERIES, Warning, metric};
use super::samples::{Sampler, Samples};
use super::value::Value;

/// Upper bounds in seconds of every histogram of durations.
pub(crate) const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Counter,
    /// Set to a value.
    Gauge,
    /// Moved up and down; a gauge to those who read it.
    Level,
    /// With its upper bounds.
    Histogram(&'static [f64]),
}

impl Kind {
    fn is(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// What is appended to the name of a metric of this kind in its samples.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge | Self::Level => &[""],
            Self::Histogram(_) => &["", "_bucket", "_count", "_sum", "_created"],
        }
    }

    /// Where recordings go whose name is one too many.
    const fn overflow(self) -> &'static str {
        match self {
            Self::Counter => "velithon_overflow",
            Self::Gauge | Self::Level => "velithon_overflow_gauge",
            Self::Histogram(_) => "velithon_overflow_histogram",
        }
    }
}

/// A metric of velithon's own.
pub(crate) struct Description {
    /// The whole name, with its unit; a counter's without `_total`.
    pub(crate) name: &'static str,
    /// One sentence, without characters that need escaping.
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
}

impl Description {
    /// A number that only grows; the name is without `_total`.
    #[cfg(feature = "gateway")]
    pub(crate) const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Counter }
    }

    /// A number that is set.
    #[cfg(feature = "gateway")]
    pub(crate) const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Gauge }
    }

    /// A number that goes up and down.
    pub(crate) const fn level(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Level }
    }

    /// A histogram of durations; the name ends in `_seconds`.
    pub(crate) const fn seconds(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Histogram(SECONDS) }
    }
}

/// Beginnings of names that are velithon's, now or later.
const OWN: [&str; 3] = ["velithon_", "http_server_", "db_client_"];

/// Names that are written at each scrape without standing in the registry.
pub(super) const AT_SCRAPE: [&str; 9] = [
    "process_cpu_seconds",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_open_fds",
    "process_max_fds",
    "process_start_time_seconds",
    "tokio_workers",
    "tokio_alive_tasks",
    "tokio_global_queue_depth",
];

const OF_THE_APPLICATION: &str = "Recorded by the application.";
const BEYOND_THE_LIMIT: &str = "Recorded under more names than are kept apart.";

/// Every family of an application.
pub(crate) struct Registry {
    names: RwLock<Names>,
    /// What is asked at each scrape.
    samplers: RwLock<Vec<Sampler>>,
    /// For warnings.
    routes: Arc<Routes>,
}

impl Default for Registry {
    fn default() -> Self {
        let routes = Arc::new(Routes::new());
        let names = Names { routes: Arc::clone(&routes), ..Names::default() };
        Self { names: RwLock::new(names), samplers: RwLock::default(), routes }
    }
}

#[derive(Default)]
struct Names {
    routes: Arc<Routes>,
    /// By legal name, which is the order of a scrape.
    families: BTreeMap<String, Arc<Family>>,
    /// As the application spells them, so that a look-up makes no legal name first.
    spelt: HashMap<String, Arc<Family>>,
    /// Every name a sample of the application has.
    samples: HashSet<String>,
    /// Names that were refused, told once each.
    refused: HashSet<String>,
    /// Families of the application.
    count: usize,
    overflowing: bool,
}

impl Registry {
    /// Says what the targets are called; only the first call counts.
    pub(crate) fn know(&self, routes: Box<[Arc<str>]>) {
        let _ = self.routes.set(routes);
    }

    /// A family of velithon's own, made at the first call.
    pub(crate) fn declare(&self, description: &Description) -> Arc<Family> {
        let mut names = self.write();
        names.family(description.name, Cow::Borrowed(description.help), description.kind, Origin::Velithon)
    }

    /// Lets `act` record in a family of the application; not called when the name is taken by another kind.
    #[inline]
    pub(crate) fn with(&self, kind: Kind, name: &str, act: impl FnOnce(&Family)) {
        let known = self.read().spelt.get(name).filter(|family| family.kind.is(kind)).cloned();
        if let Some(family) = known.or_else(|| self.admit(kind, name)) {
            act(&family);
        }
    }

    #[cold]
    fn admit(&self, kind: Kind, name: &str) -> Option<Arc<Family>> {
        let (family, warning) = self.write().admit(kind, name);
        if let Some(warning) = warning {
            warning.tell(&self.routes);
        }
        family
    }

    /// Asks `sampler` at each scrape from now on.
    #[cfg_attr(not(feature = "gateway"), expect(dead_code, reason = "the gateway alone has such numbers"))]
    pub(crate) fn sample_by(&self, sampler: Sampler) {
        self.samplers.write().unwrap_or_else(PoisonError::into_inner).push(sampler);
    }

    /// What the samplers tell now.
    pub(super) fn samples(&self) -> Samples {
        let mut samples = Samples::default();
        let samplers = self.samplers.read().unwrap_or_else(PoisonError::into_inner);
        samplers.iter().for_each(|sampler| sampler(&mut samples));
        samples
    }

    /// Every family, by name.
    pub(super) fn families(&self) -> Vec<Arc<Family>> {
        self.read().families.values().cloned().collect()
    }

    // Nothing can panic while the lock is held, and if it did, every entry would still be whole.
    fn read(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Names> {
        self.names.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Velithon,
    Application,
}

impl Names {
    /// The family of a name that the application spells for the first time, or a place for what is too much.
    fn admit(&mut self, kind: Kind, spelt: &str) -> (Option<Arc<Family>>, Option<Warning>) {
        let name = metric(spelt);
        let name = match kind {
            // It is written with `_total` in any case.
            Kind::Counter => name.strip_suffix("_total").unwrap_or(&name),
            _ => &*name,
        };
        if let Some(by) = self.taken(kind, name) {
            let first = self.refused.len() < NAMES && self.refused.insert(spelt.to_owned());
            return (None, first.then(|| Warning::Taken { metric: spelt.to_owned(), by }));
        }
        if !self.families.contains_key(name) && self.count >= NAMES {
            let first = !std::mem::replace(&mut self.overflowing, true);
            let family = self.family(kind.overflow(), Cow::Borrowed(BEYOND_THE_LIMIT), kind, Origin::Velithon);
            return (Some(family), first.then(|| Warning::Names { metric: spelt.to_owned() }));
        }
        let family = self.family(name, Cow::Borrowed(OF_THE_APPLICATION), kind, Origin::Application);
        // Spellings of one name are the application's to vary as well.
        if self.spelt.len() < 2 * NAMES {
            self.spelt.insert(spelt.to_owned(), Arc::clone(&family));
        }
        (Some(family), None)
    }

    /// Who has the name, or that of one of the samples.
    fn taken(&self, kind: Kind, name: &str) -> Option<String> {
        let velithon = OWN.iter().any(|own| name.starts_with(own)) || AT_SCRAPE.contains(&name);
        if velithon {
            return Some("velithon".to_owned());
        }
        match self.families.get(name) {
            Some(family) if family.kind.is(kind) => None,
            Some(family) => Some(family.name.clone()),
            None => {
                kind.suffixes().iter().map(|suffix| format!("{name}{suffix}")).find(|one| self.samples.contains(one))
            }
        }
    }

    fn family(&mut self, name: &str, help: Cow<'static, str>, kind: Kind, origin: Origin) -> Arc<Family> {
        if let Some(family) = self.families.get(name) {
            return Arc::clone(family);
        }
        let family = Family {
            name: name.to_owned(),
            help,
            kind,
            origin,
            routes: Arc::clone(&self.routes),
            hasher: RandomState::new(),
            table: RwLock::new(Table::default()),
        };
        let family = Arc::new(family);
        if origin == Origin::Application {
            self.count += 1;
            self.samples.extend(kind.suffixes().iter().map(|suffix| format!("{name}{suffix}")));
        }
        self.families.insert(name.to_owned(), Arc::clone(&family));
        family
    }
}

/// One metric with all its series.
pub(crate) struct Family {
    pub(super) name: String,
    pub(super) help: Cow<'static, str>,
    pub(super) kind: Kind,
    origin: Origin,
    routes: Arc<Routes>,
    hasher: RandomState,
    table: RwLock<Table>,
}

#[derive(Default)]
struct Table {
    /// Positions in `series` by the hash of the labels: a set that is only borrowed can be looked up.
    places: HashMap<u64, SmallVec<[usize; 1]>>,
    series: Vec<Arc<Series>>,
    /// The series for what is beyond the limit, once there is any.
    overflow: Option<Arc<Series>>,
}

/// One combination of labels and its value.
pub(crate) struct Series {
    pub(super) labels: Box<[(Box<str>, Box<str>)]>,
    pub(crate) value: Value,
}

impl Family {
    /// Lets `act` change the value of the series with these labels, which are sorted by name.
    #[inline]
    pub(crate) fn with<N: AsRef<str>, V: AsRef<str>>(&self, labels: &[(N, V)], act: impl Fn(&Value)) {
        let hash = self.hash(labels);
        if let Some(series) = self.read().place(hash, labels) {
            return act(&series.value);
        }
        act(&self.admit(hash, labels).value);
    }

    /// The series with these labels, to keep.
    pub(crate) fn series<N: AsRef<str>, V: AsRef<str>>(&self, labels: &[(N, V)]) -> Arc<Series> {
        let hash = self.hash(labels);
        let known = self.read().place(hash, labels).cloned();
        known.unwrap_or_else(|| self.admit(hash, labels))
    }

    /// The series of the family, the one for what is beyond the limit last.
    pub(super) fn all(&self) -> Vec<Arc<Series>> {
        let table = self.read();
        table.series.iter().chain(&table.overflow).cloned().collect()
    }

    fn hash<N: AsRef<str>, V: AsRef<str>>(&self, labels: &[(N, V)]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for (name, value) in labels {
            name.as_ref().hash(&mut hasher);
            value.as_ref().hash(&mut hasher);
        }
        hasher.finish()
    }

    #[cold]
    fn admit<N: AsRef<str>, V: AsRef<str>>(&self, hash: u64, labels: &[(N, V)]) -> Arc<Series> {
        let mut table = self.write();
        // Another thread may have been first.
        if let Some(series) = table.find(hash, labels) {
            return Arc::clone(series);
        }
        if self.holds_overflow() || table.series.len() >= SERIES || is_overflow(labels) {
            let first = table.overflow.is_none();
            let series = Arc::clone(table.overflow.get_or_insert_with(|| self.make(&[OVERFLOW])));
            drop(table);
            if first && !self.holds_overflow() && !is_overflow(labels) {
                Warning::Series { metric: self.name.clone() }.tell(&self.routes);
            }
            return series;
        }
        let series = self.make(labels);
        let place = table.series.len();
        table.places.entry(hash).or_default().push(place);
        table.series.push(Arc::clone(&series));
        series
    }

    /// Whether all of it is beyond the limit of names: then labels keep nothing apart.
    fn holds_overflow(&self) -> bool {
        self.name == self.kind.overflow()
    }

    fn make<N: AsRef<str>, V: AsRef<str>>(&self, labels: &[(N, V)]) -> Arc<Series> {
        let labels = labels.iter().map(|(name, value)| (name.as_ref().into(), value.as_ref().into())).collect();
        Arc::new(Series { labels, value: Value::new(self.kind, self.origin == Origin::Velithon) })
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the caller wrote the label of the limit: there must not be two such series.
fn is_overflow<N: AsRef<str>, V: AsRef<str>>(labels: &[(N, V)]) -> bool {
    matches!(labels, [(name, value)] if (name.as_ref(), value.as_ref()) == OVERFLOW)
}

impl Table {
    /// Where a recording goes; nothing when there is room for a series of its own.
    fn place<N: AsRef<str>, V: AsRef<str>>(&self, hash: u64, labels: &[(N, V)]) -> Option<&Arc<Series>> {
        let full = self.series.len() >= SERIES;
        self.find(hash, labels).or_else(|| self.overflow.as_ref().filter(|_| full))
    }

    fn find<N: AsRef<str>, V: AsRef<str>>(&self, hash: u64, labels: &[(N, V)]) -> Option<&Arc<Series>> {
        let places = self.places.get(&hash)?;
        places.iter().map(|&place| &self.series[place]).find(|series| series.has(labels))
    }
}

impl Series {
    fn has<N: AsRef<str>, V: AsRef<str>>(&self, labels: &[(N, V)]) -> bool {
        let mut pairs = self.labels.iter().zip(labels);
        self.labels.len() == labels.len()
            && pairs.all(|((name, value), (n, v))| **name == *n.as_ref() && **value == *v.as_ref())
    }
}
