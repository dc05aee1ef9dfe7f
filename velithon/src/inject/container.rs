//! The table of provided values, frozen before the port is bound.
//!
//! The plan decides which providers exist and in which order they can be built ([`Wiring`]); this builds them, as many
//! at once as their dependencies allow, and stops them in reverse. It decides nothing.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::OnceCell;

use super::provide::{Binding, ProviderRecord, Scope};
use super::resolver::Resolver;
use super::{Key, Object};
use crate::fault::Fault;
use crate::reply::Error;

/// How long one `stop` may take.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// What the plan decided about one provider.
#[derive(Debug, Clone)]
pub(crate) struct Wired {
    pub(crate) record: &'static ProviderRecord,
    /// The providers that must be ready before this one is built: positions in [`Wiring::providers`].
    pub(crate) after: Vec<usize>,
    /// Whether it is built at start: a singleton that is not only asked for lazily.
    pub(crate) eager: bool,
    /// The path of names from a root to this provider, for a failure at start.
    pub(crate) chain: Vec<String>,
}

/// A trait marked `#[inject(all)]` and the bindings of it that hold.
#[derive(Debug, Clone)]
pub(crate) struct Collected {
    pub(crate) key: &'static Key,
    pub(crate) collect: fn(Vec<Object>) -> Object,
    pub(crate) members: Vec<usize>,
}

/// The providers that hold, in an order in which each stands after what it needs.
#[derive(Clone, Default)]
pub(crate) struct Wiring {
    pub(crate) keys: usize,
    pub(crate) providers: Vec<Wired>,
    pub(crate) collections: Vec<Collected>,
    /// Values that exist before any provider: configuration and what `main` or a test provides.
    pub(crate) given: Vec<(&'static Key, Object)>,
}

/// How long each singleton took, for the start-up report.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
}

enum Source {
    /// Nothing but a ready object stands here.
    Given,
    Provider {
        position: usize,
        binding: Option<Binding>,
    },
    Collection {
        position: usize,
    },
}

struct Entry {
    ready: OnceLock<Object>,
    source: Source,
}

/// The frozen table.
pub(crate) struct Container {
    entries: Box<[Option<Entry>]>,
    wiring: Wiring,
    /// One per provider, for singletons that are built late.
    late: Box<[OnceCell<Object>]>,
    /// Where a request-scoped provider stands in the scope's table.
    request_index: Box<[usize]>,
    request_size: usize,
}

impl Container {
    pub(crate) fn new(wiring: Wiring) -> Self {
        let mut entries: Vec<Option<Entry>> = (0..wiring.keys).map(|_| None).collect();
        let mut put = |key: &'static Key, source: Source, ready: Option<&Object>| {
            if let Some(place) = entries.get_mut(key.index()) {
                let entry = Entry { ready: OnceLock::new(), source };
                if let Some(object) = ready {
                    let _ = entry.ready.set(Arc::clone(object));
                }
                *place = Some(entry);
            }
        };
        for (position, wired) in wiring.providers.iter().enumerate() {
            put((wired.record.key)(), Source::Provider { position, binding: None }, None);
            if let Some(binding) = wired.record.binding {
                put((binding.key)(), Source::Provider { position, binding: Some(binding) }, None);
            }
        }
        for (position, collected) in wiring.collections.iter().enumerate() {
            put(collected.key, Source::Collection { position }, None);
        }
        for (key, object) in &wiring.given {
            put(key, Source::Given, Some(object));
        }
        let mut request_size = 0;
        let request_index = wiring.providers.iter().map(|wired| {
            let index = request_size;
            request_size += usize::from(wired.record.scope == Scope::Request);
            index
        });
        let request_index = request_index.collect();
        let late = wiring.providers.iter().map(|_| OnceCell::new()).collect();
        Self { entries: entries.into(), wiring, late, request_index, request_size }
    }

    /// The object of `key`, when it needs no building.
    #[inline]
    pub(crate) fn ready(&self, key: &Key) -> Option<Object> {
        match self.entries.get(key.index()) {
            Some(Some(entry)) => entry.ready.get().cloned(),
            _ => None,
        }
    }

    /// How many request-scoped providers there are.
    pub(crate) fn request_size(&self) -> usize {
        self.request_size
    }

    /// Builds what is not ready: a request-scoped, transient or late value, or a collection.
    pub(crate) async fn build(&self, key: &'static Key, resolver: Resolver<'_>) -> Result<Object, Error> {
        let Some(Some(entry)) = self.entries.get(key.index()) else {
            return Err(Error::internal(format!("`{}` has no provider in this application", key.name())));
        };
        match &entry.source {
            Source::Given => entry.ready.get().cloned().ok_or_else(|| Error::internal("a value was never given")),
            Source::Provider { position, binding } => {
                let object = self.provider(*position, resolver).await?;
                Ok(match binding {
                    Some(binding) => (binding.convert)(object),
                    None => object,
                })
            }
            Source::Collection { position } => self.collection(*position, resolver).await,
        }
    }

    async fn provider(&self, position: usize, resolver: Resolver<'_>) -> Result<Object, Error> {
        let record = self.wiring.providers[position].record;
        // A value given in place of the provider is also what stands under its trait.
        if let Some(Entry { source: Source::Given, ready }) = self.entry((record.key)())
            && let Some(given) = ready.get()
        {
            return Ok(Arc::clone(given));
        }
        match record.scope {
            Scope::Transient => construct(record, resolver).await,
            Scope::Request => {
                let scope = resolver.scope().ok_or_else(|| {
                    Error::internal(format!("the request-scoped `{}` was asked for outside a request", record.name))
                })?;
                scope.get(self.request_index[position], record, Box::pin(construct(record, resolver))).await
            }
            Scope::Singleton => {
                let build = || async { Box::pin(construct(record, resolver)).await };
                self.late[position].get_or_try_init(build).await.cloned()
            }
        }
    }

    async fn collection(&self, position: usize, resolver: Resolver<'_>) -> Result<Object, Error> {
        let collected = &self.wiring.collections[position];
        let mut members = Vec::with_capacity(collected.members.len());
        for &member in &collected.members {
            let object = Box::pin(self.provider(member, resolver)).await?;
            if let Some(binding) = self.wiring.providers[member].record.binding {
                members.push((binding.convert)(object));
            }
        }
        Ok((collected.collect)(members))
    }

    /// Builds every eager singleton, each as soon as what it needs is there.
    ///
    /// On a failure nothing new is begun, what was built is stopped in reverse, and the error names the chain.
    pub(crate) async fn start(self: &Arc<Self>) -> Result<Vec<Built>, Fault> {
        let providers = &self.wiring.providers;
        let mut waiting: Vec<usize> = providers.iter().map(|wired| wired.after.len()).collect();
        let mut times = Vec::new();
        let mut running = FuturesUnordered::new();
        let begin = |position: usize| {
            let container = Arc::clone(self);
            async move {
                let begun = Instant::now();
                let built = container.start_one(position).await;
                (position, begun.elapsed(), built)
            }
        };
        running.extend((0..providers.len()).filter(|&position| waiting[position] == 0).map(begin));
        while let Some((position, took, built)) = running.next().await {
            let record = providers[position].record;
            match built {
                Ok(true) => times.push(Built { name: record.name, took }),
                Ok(false) => {}
                Err(error) => {
                    drop(running);
                    self.stop().await;
                    return Err(self.failure(position, &error));
                }
            }
            for (next, wired) in providers.iter().enumerate() {
                let freed = wired.after.iter().filter(|&&needed| needed == position).count();
                if freed > 0 {
                    waiting[next] -= freed;
                    if waiting[next] == 0 {
                        running.push(begin(next));
                    }
                }
            }
        }
        self.freeze_collections();
        Ok(times)
    }

    /// Whether the provider was built: late singletons and the other scopes are not.
    async fn start_one(self: &Arc<Self>, position: usize) -> Result<bool, Error> {
        let wired = &self.wiring.providers[position];
        if !wired.eager {
            return Ok(false);
        }
        let building = AssertUnwindSafe(self.provider(position, Resolver::new(self, None))).catch_unwind();
        let object = building.await.unwrap_or_else(|panic| Err(Error::of_panic("it", &*panic)))?;
        if let Some(binding) = wired.record.binding {
            let shared = (binding.convert)(Arc::clone(&object));
            // A collection's entry is filled once all its members are there.
            if matches!(self.entry((binding.key)()), Some(Entry { source: Source::Provider { .. }, .. })) {
                self.fill((binding.key)(), shared);
            }
        }
        self.fill((wired.record.key)(), object);
        Ok(true)
    }

    /// Gathers each collection whose members are all there. A member is late when somebody asks for it lazily and nobody
    /// for the collection, which then is gathered if it is ever asked for.
    fn freeze_collections(&self) {
        for collected in &self.wiring.collections {
            let members: Option<Vec<Object>> = collected.members.iter().map(|&member| self.member(member)).collect();
            if let Some(members) = members {
                self.fill(collected.key, (collected.collect)(members));
            }
        }
    }

    /// A provider that is ready, as a member of the collection it is bound to.
    fn member(&self, position: usize) -> Option<Object> {
        let record = self.wiring.providers[position].record;
        let built = || self.late[position].get().cloned();
        let object = self.ready((record.key)()).or_else(built)?;
        Some((record.binding?.convert)(object))
    }

    fn entry(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key.index()).and_then(Option::as_ref)
    }

    fn fill(&self, key: &Key, object: Object) {
        if let Some(entry) = self.entry(key) {
            let _ = entry.ready.set(object);
        }
    }

    fn failure(&self, position: usize, error: &Error) -> Fault {
        let wired = &self.wiring.providers[position];
        Fault::new(format!("the provider `{}` failed", wired.record.name))
            .at(wired.record.origin, format!("needed by {}", wired.chain.join(" -> ")))
            .why(format!("{error:?}"))
    }

    /// Ends singletons in the reverse order of building; each has five seconds, and one that panics keeps none of the
    /// others from its end.
    pub(crate) async fn stop(&self) {
        for (position, wired) in self.wiring.providers.iter().enumerate().rev() {
            let (Some(stop), Some(object)) = (wired.record.stop, self.late[position].get()) else { continue };
            // Begun inside, since a `stop` that is no async function panics before there is a future.
            let stopped = AssertUnwindSafe(async { stop(Arc::clone(object)).await }).catch_unwind();
            match tokio::time::timeout(STOP_LIMIT, stopped).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => tracing::error!(provider = wired.record.name, "`stop` panicked"),
                Err(_) => {
                    tracing::warn!(provider = wired.record.name, limit = ?STOP_LIMIT, "`stop` took too long and was left");
                }
            }
        }
    }
}

async fn construct(record: &'static ProviderRecord, resolver: Resolver<'_>) -> Result<Object, Error> {
    match record.build {
        Some(build) => build(resolver).await,
        None => Err(Error::internal(format!("`{}` is provided by `main`, which did not provide it", record.name))),
    }
}
