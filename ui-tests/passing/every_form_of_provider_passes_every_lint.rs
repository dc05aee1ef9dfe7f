//! What `#[inject]` writes stands in the user's crate and must not wake the user's lints.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, clippy::all)]
#![forbid(unsafe_code)]

use std::sync::Mutex;
use std::time::Instant;

use velithon::prelude::*;

/// A slot that others see.
#[inject]
#[async_trait]
pub trait Cache: Send + Sync {
    /// The value of a key.
    async fn read(&self, key: &str) -> Option<String>;
}

#[inject(as = dyn Cache, when = "!features.shared")]
#[derive(Default)]
struct MemoryCache;

#[async_trait]
impl Cache for MemoryCache {
    async fn read(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }
}

struct SharedCache(Inject<pool>);

#[async_trait]
impl Cache for SharedCache {
    async fn read(&self, _: &str) -> Option<String> {
        self.0.name()
    }
}

#[inject(as = dyn Cache, when = "features.shared")]
async fn shared_cache(pool: Inject<pool>) -> Result<SharedCache> {
    Ok(SharedCache(pool))
}

trait Mailer: Send + Sync {
    fn send(&self) -> u16;
}

#[inject(as = dyn Mailer)]
struct Smtp {
    #[inject(value = 25)]
    port: u16,
    cache: Inject<dyn Cache>,
}

impl Mailer for Smtp {
    fn send(&self) -> u16 {
        let _ = &self.cache;
        self.port
    }
}

/// A foreign type would do as well.
#[derive(Debug)]
pub struct Pool;

impl Pool {
    fn name(&self) -> Option<String> {
        None
    }

    async fn close(&self) {}
}

/// A key that others see.
#[inject(stop = close)]
pub async fn pool() -> std::io::Result<Pool> {
    Ok(Pool)
}

/// A struct that others see.
#[inject]
#[derive(Debug)]
pub struct Users {
    pool: Inject<pool>,
    #[inject(default)]
    log: Mutex<Vec<String>>,
}

struct Made(Lazy<Users>);

#[inject]
impl Made {
    fn new(users: Lazy<Users>) -> Self {
        Self(users)
    }
}

#[inject(request)]
struct UnitOfWork {
    made: Inject<Made>,
    clock: Factory<clock>,
}

impl Finish for UnitOfWork {
    async fn finish(&self, _: Outcome) -> Result<()> {
        let (users, now) = (self.made.0.get().await?, self.clock.create().await?);
        users.log.lock().unwrap().push(format!("{:?} {:?}", *users.pool, *now));
        Ok(())
    }
}

#[inject(transient)]
fn clock() -> Instant {
    Instant::now()
}

#[inject(transient)]
struct Query(Inject<UnitOfWork>);

#[inject(provided)]
struct Port {
    number: u16,
}

/// It is on its way out.
#[deprecated]
#[inject]
fn old() -> u8 {
    1
}

mod inner {
    use super::{inject, pool};

    #[inject(all)]
    pub(super) trait Plugin: Send + Sync {
        fn name(&self) -> String;
    }

    #[inject(as = dyn Plugin)]
    struct First(velithon::Inject<pool>);

    impl Plugin for First {
        fn name(&self) -> String {
            format!("{:?}", *self.0)
        }
    }
}

#[get("/")]
async fn index(query: Inject<Query>, mailer: Inject<dyn Mailer>, plugins: All<dyn inner::Plugin>) -> String {
    let _ = (&query.0.made, mailer.send());
    plugins.iter().map(inner::Plugin::name).collect()
}

fn app(app: App) -> App {
    let port = Port { number: 1 };
    assert_eq!(port.number, 1);
    app.provide(port).with::<dyn Cache>(MemoryCache)
}

fn main() {
    let _ = app;
}
