//! Names among targets, and their addresses of late.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::timeout;

use crate::gateway::target::TargetSpec;
use crate::inject::BoxFuture;

/// How long one lookup may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// A directory of names.
pub(crate) trait Lookup: Send + Sync + 'static {
    /// Every address of the name, of both families.
    fn look_up(&self, name: &str, port: u16) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the system, with its files and its cache.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn look_up(&self, name: &str, port: u16) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), port)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// How the look-ups of one upstream have ended.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    found: AtomicU64,
    failed: AtomicU64,
}

impl Lookups {
    /// Those that found an address, and those that did not.
    pub(crate) fn read(&self) -> (u64, u64) {
        (self.found.load(Relaxed), self.failed.load(Relaxed))
    }
}

/// Looks names up, and remembers what each was found to be.
#[derive(Debug)]
pub(crate) struct Names<L> {
    lookup: L,
    counted: Arc<Lookups>,
    known: HashMap<String, Vec<IpAddr>>,
}

impl<L: Lookup> Names<L> {
    /// What was found before, so that a directory that is ill when this begins takes nothing away.
    pub(crate) fn remembering<'a>(
        lookup: L,
        counted: Arc<Lookups>,
        found: impl IntoIterator<Item = &'a TargetSpec>,
    ) -> Self {
        let mut known: HashMap<String, Vec<IpAddr>> = HashMap::new();
        for spec in found {
            if let Some(address) = spec.address {
                known.entry(spec.host.clone()).or_default().push(address);
            }
        }
        Self { lookup, counted, known }
    }

    /// The targets, each name replaced by one target for each of its addresses; one that was never found stays as it is,
    /// and whoever connects to it looks it up then.
    pub(crate) async fn look_up(&mut self, upstream: &str, written: &[TargetSpec]) -> Vec<TargetSpec> {
        let names = written.iter().filter(|spec| is_name(spec)).map(|spec| (spec.host.clone(), spec.port));
        let lookups = names.map(|(name, port)| {
            let found = timeout(PATIENCE, self.lookup.look_up(&name, port));
            async move { (name, found.await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)))) }
        });
        for (name, found) in futures_util::future::join_all(lookups).await {
            self.learn(upstream, name, found);
        }
        self.known.retain(|name, _| written.iter().any(|spec| spec.host == *name));
        written.iter().flat_map(|spec| self.at_addresses(spec)).collect()
    }

    fn learn(&mut self, upstream: &str, name: String, found: io::Result<Vec<IpAddr>>) {
        let count = if found.as_ref().is_ok_and(|found| !found.is_empty()) {
            &self.counted.found
        } else {
            &self.counted.failed
        };
        count.fetch_add(1, Relaxed);
        match found {
            Ok(mut addresses) if !addresses.is_empty() => {
                // The directory may turn its list with every answer; the order of targets is to stay.
                addresses.sort_unstable();
                addresses.dedup();
                self.known.insert(name, addresses);
            }
            Ok(_) => tracing::warn!(upstream, name, "a name has no address; the last known ones stay"),
            Err(error) => tracing::warn!(upstream, name, %error, "a name is not found; the last known addresses stay"),
        }
    }

    fn at_addresses(&self, spec: &TargetSpec) -> Vec<TargetSpec> {
        match self.known.get(&spec.host).filter(|_| is_name(spec)) {
            Some(addresses) => addresses.iter().map(|address| spec.at(*address)).collect(),
            None => vec![spec.clone()],
        }
    }
}

/// Whether there may be several machines behind it: no address, and not this machine (RFC 6761, section 6.3), whose
/// two families are one and the same service.
pub(super) fn is_name(spec: &TargetSpec) -> bool {
    let local = spec.host == "localhost" || spec.host.ends_with(".localhost");
    spec.address.is_none() && !local && spec.host.parse::<IpAddr>().is_err()
}
