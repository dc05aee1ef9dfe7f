//! A cache behind a trait, chosen by configuration: `[cache] kind = "memory"` or `"off"`.

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use serde::Deserialize;
use velithon::prelude::*;

/// Settings under `[cache]`.
#[config("cache")]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CacheConfig {
    kind: CacheKind,
    /// How many entries are kept; the whole cache is emptied beyond.
    most: Most,
}

/// Which cache is used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CacheKind {
    #[default]
    Memory,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Most(usize);

impl Default for Most {
    fn default() -> Self {
        Self(10_000)
    }
}

/// Keeps encoded replies by key.
#[inject]
#[async_trait]
pub(crate) trait Cache: Send + Sync {
    async fn read(&self, key: &str) -> Option<Bytes>;

    /// How often anything was forgotten: asked for before the database is, and handed to [`write`](Self::write).
    async fn age(&self) -> u64;

    /// Keeps a reply, unless something was forgotten since `age`: what was read from the database may be old by now.
    async fn write(&self, key: String, value: Bytes, age: u64);

    /// To be called when the change is committed, not before: a reader in between would keep what was there.
    async fn forget(&self, key: &str);
}

/// Everything in this process.
#[inject(as = dyn Cache, when = "cache.kind == memory")]
pub(crate) struct MemoryCache {
    config: Config<CacheConfig>,
    #[inject(default)]
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    kept: HashMap<String, Bytes>,
    age: u64,
}

impl MemoryCache {
    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        // A panic of another holder leaves a map that is as good as before.
        self.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn read(&self, key: &str) -> Option<Bytes> {
        self.entries().kept.get(key).cloned()
    }

    async fn age(&self) -> u64 {
        self.entries().age
    }

    async fn write(&self, key: String, value: Bytes, age: u64) {
        let mut entries = self.entries();
        if entries.age != age {
            return;
        }
        if entries.kept.len() >= self.config.most.0 {
            entries.kept.clear();
        }
        entries.kept.insert(key, value);
    }

    async fn forget(&self, key: &str) {
        let mut entries = self.entries();
        entries.age += 1;
        entries.kept.remove(key);
    }
}

/// Nothing is kept.
#[inject(as = dyn Cache, when = "cache.kind == off")]
#[derive(Default)]
pub(crate) struct NoCache;

#[async_trait]
impl Cache for NoCache {
    async fn read(&self, _: &str) -> Option<Bytes> {
        None
    }

    async fn age(&self) -> u64 {
        0
    }

    async fn write(&self, _: String, _: Bytes, _: u64) {}

    async fn forget(&self, _: &str) {}
}
