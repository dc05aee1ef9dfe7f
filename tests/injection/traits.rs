//! Traits: one binding, a slot that configuration decides, a collection.

use velithon::prelude::*;
use velithon::testing::TestApp;

use crate::{Log, logged};

trait Mailer: Send + Sync {
    fn send(&self) -> String;
}

#[inject(as = dyn Mailer)]
struct Smtp {
    #[inject(value = "smtp".to_owned())]
    host: String,
}

impl Mailer for Smtp {
    fn send(&self) -> String {
        self.host.clone()
    }
}

#[inject]
#[async_trait]
trait Cache: Send + Sync {
    async fn name(&self) -> &'static str;
}

#[inject(as = dyn Cache, when = "!features.redis")]
#[derive(Default)]
struct MemoryCache;

#[async_trait]
impl Cache for MemoryCache {
    async fn name(&self) -> &'static str {
        "memory"
    }
}

struct RedisCache;

#[async_trait]
impl Cache for RedisCache {
    async fn name(&self) -> &'static str {
        "redis"
    }
}

#[inject(as = dyn Cache, when = "features.redis")]
async fn redis_cache() -> Result<RedisCache> {
    Ok(RedisCache)
}

/// Holds beside the others when it is switched on.
#[inject(as = dyn Cache, when = "features.second_cache")]
struct SecondCache;

#[async_trait]
impl Cache for SecondCache {
    async fn name(&self) -> &'static str {
        "second"
    }
}

#[inject(all)]
trait Plugin: Send + Sync {
    fn name(&self) -> &'static str;
}

macro_rules! plugin {
    ($type:ident, $name:literal) => {
        #[inject(as = dyn Plugin)]
        struct $type;

        impl Plugin for $type {
            fn name(&self) -> &'static str {
                $name
            }
        }
    };
}

plugin!(Zebra, "zebra");
plugin!(Ape, "ape");

#[inject(as = dyn Plugin, when = "features.lion")]
struct Lion;

impl Plugin for Lion {
    fn name(&self) -> &'static str {
        "lion"
    }
}

plugin!(Bear, "bear");

/// A collection that nothing asks for.
#[inject(all)]
trait Probe: Send + Sync {}

/// Fails wherever it is built, so that a start shows whether it was.
struct Disk;

#[inject(as = dyn Probe)]
impl Disk {
    fn new(log: Inject<Log>) -> Result<Self> {
        log.write("disk: built");
        Err(Error::internal("there is no disk"))
    }
}

impl Probe for Disk {}

#[get("/disk")]
async fn disk(disk: Lazy<Disk>) -> Result<()> {
    disk.get().await.map(|_| ())
}

#[get("/traits")]
async fn traits(mailer: Inject<dyn Mailer>, smtp: Inject<Smtp>, cache: Inject<dyn Cache>) -> String {
    // One object under both names.
    let shared = std::ptr::addr_eq(&raw const *smtp, &raw const *mailer);
    format!("{} {} {shared}", mailer.send(), cache.name().await)
}

#[get("/mail")]
async fn mail(mailer: Inject<dyn Mailer>) -> String {
    mailer.send()
}

#[get("/plugins")]
async fn plugins(plugins: All<dyn Plugin>) -> String {
    plugins.iter().map(Plugin::name).collect::<Vec<_>>().join(" ")
}

struct Fake;

impl Mailer for Fake {
    fn send(&self) -> String {
        "fake".to_owned()
    }
}

#[async_trait]
impl Cache for Fake {
    async fn name(&self) -> &'static str {
        "fake"
    }
}

#[velithon::test]
async fn one_object_is_found_by_its_type_and_by_its_trait(app: TestApp) {
    let (app, _) = logged(app);
    assert_eq!(app.start().await.get("/traits").send().await.text(), "smtp memory true");
}

#[velithon::test]
async fn configuration_chooses_the_binding_of_a_slot(app: TestApp) {
    let (app, _) = logged(app);
    assert_eq!(app.set("features.redis", true).start().await.get("/traits").send().await.text(), "smtp redis true");
}

#[velithon::test]
async fn two_bindings_of_a_slot_that_hold_are_a_fault_that_lists_them(app: TestApp) {
    let (app, _) = logged(app);
    let failure = app.set("features.second_cache", true).try_start().await.unwrap_err().to_string();
    for part in ["2 bindings of `dyn Cache`", "`MemoryCache`", "`redis_cache`", "`SecondCache`"] {
        assert!(failure.contains(part), "{part} is not in\n{failure}");
    }
}

#[velithon::test]
async fn a_fake_takes_the_place_of_a_trait(app: TestApp) {
    let (app, _) = logged(app);
    let app = app.with::<dyn Mailer>(Fake).with::<dyn Cache>(Fake).start().await;
    assert_eq!(app.get("/traits").send().await.text(), "fake fake false");
}

#[velithon::test]
async fn a_fake_of_a_bound_type_is_seen_through_its_trait(app: TestApp) {
    let (app, _) = logged(app);
    let app = app.with::<Smtp>(Smtp { host: "elsewhere".to_owned() }).start().await;
    assert_eq!(app.get("/mail").send().await.text(), "elsewhere");
}

#[velithon::test]
async fn a_collection_has_its_members_in_the_order_of_source(app: TestApp) {
    let (app, _) = logged(app);
    assert_eq!(app.start().await.get("/plugins").send().await.text(), "zebra ape bear");
}

#[velithon::test]
async fn a_lazy_value_is_not_built_for_a_collection_that_nobody_asks_for(app: TestApp) {
    let (app, log) = logged(app);
    let app = app.start().await;
    assert_eq!(log.about("disk"), [""; 0]);
    app.get("/disk").send().await.assert_status(500);
    assert_eq!(log.about("disk"), ["built"]);
}

#[velithon::test]
async fn a_conditional_member_joins_the_collection_in_its_place(app: TestApp) {
    let (app, _) = logged(app);
    let app = app.set("features.lion", true).start().await;
    assert_eq!(app.get("/plugins").send().await.text(), "zebra ape lion bear");
}
