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
    async fn write(&self, key: String, value: Bytes);
    async fn forget(&self, key: &str);
}

/// Everything in this process.
#[inject(as = dyn Cache, when = "cache.kind == memory")]
pub(crate) struct MemoryCache {
    config: Config<CacheConfig>,
    #[inject(default)]
    entries: Mutex<HashMap<String, Bytes>>,
}

impl MemoryCache {
    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<String, Bytes>> {
        // A panic of another holder leaves a map that is as good as before.
        self.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn read(&self, key: &str) -> Option<Bytes> {
        self.entries().get(key).cloned()
    }

    async fn write(&self, key: String, value: Bytes) {
        let mut entries = self.entries();
        if entries.len() >= self.config.most.0 {
            entries.clear();
        }
        entries.insert(key, value);
    }

    async fn forget(&self, key: &str) {
        self.entries().remove(key);
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

    async fn write(&self, _: String, _: Bytes) {}

    async fn forget(&self, _: &str) {}
}
