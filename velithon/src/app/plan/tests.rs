//! The plan as a function: the same records in any order give the same plan or the same faults, and nothing is built.
//!
//! The records are those of the module below; what other tests register is left out. Faults are made from copies, so
//! that no other test of this crate meets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;

use super::*;
use crate::app::report;
use crate::config::Sources;
use crate::inject::{Container, ProviderRecord};

mod service {
    use super::*;
    use crate::prelude::*;

    /// How often a provider was built.
    pub(super) static BUILT: AtomicU32 = AtomicU32::new(0);

    #[inject]
    trait Store: Send + Sync {}

    #[inject(as = dyn Store, when = "!features.plan_disk")]
    struct Memory {
        _pool: Inject<pool>,
    }

    impl Store for Memory {}

    #[inject(as = dyn Store, when = "features.plan_disk")]
    #[derive(Default)]
    struct Disk;

    impl Store for Disk {}

    #[inject(all)]
    trait Check: Send + Sync {}

    #[inject(as = dyn Check)]
    #[derive(Default)]
    struct First;

    impl Check for First {}

    #[inject(as = dyn Check)]
    struct Second {
        _pool: Inject<pool>,
    }

    impl Check for Second {}

    #[inject(all)]
    trait Listener: Send + Sync {}

    #[inject(as = dyn Listener)]
    #[derive(Default)]
    struct Ear;

    impl Listener for Ear {}

    #[inject]
    fn pool() -> u8 {
        u8::try_from(BUILT.fetch_add(1, Ordering::SeqCst)).unwrap_or(u8::MAX)
    }

    #[inject]
    struct Users {
        _store: Inject<dyn Store>,
        _checks: All<dyn Check>,
    }

    #[inject]
    struct Audit {
        _store: Inject<dyn Store>,
        _users: Inject<Users>,
    }

    #[inject(request)]
    struct Work {
        _users: Inject<Users>,
    }

    #[middleware(path = "/plan/**", priority = 40)]
    async fn outer(request: Request, next: Next) -> Response {
        next.run(request).await
    }

    #[middleware(path = "/plan/users/*", after = outer)]
    async fn inner(request: Request, next: Next, _work: Inject<Work>) -> Response {
        next.run(request).await
    }

    mod one {
        use super::*;

        #[middleware(path = "/plan/files/*", priority = 50)]
        pub(super) async fn twin(request: Request, next: Next) -> Response {
            next.run(request).await
        }
    }

    mod other {
        use super::*;

        #[middleware(path = "/nowhere", priority = 60)]
        pub(super) async fn twin(request: Request, next: Next) -> Response {
            next.run(request).await
        }
    }

    #[get("/plan/files/twins", skip = [one::twin], middleware = [other::twin])]
    async fn twins() {}

    #[routes(prefix = "/plan")]
    mod api {
        use super::*;

        #[get("/users/{id}")]
        async fn show(id: u64, _users: Inject<Users>) -> String {
            id.to_string()
        }

        #[post("/users/{id}")]
        async fn change(id: u64, _users: Inject<Users>) -> String {
            id.to_string()
        }

        #[get("/users/{id}", accept = "text/csv")]
        async fn table(id: u64) -> String {
            id.to_string()
        }

        #[get("/users/{id}", accept = "text/plain")]
        async fn text(id: u64) -> String {
            id.to_string()
        }

        #[get("/files/{*path}", skip = [outer])]
        async fn file(path: String) -> String {
            path
        }

        #[get("/reports", when = "features.plan_reports")]
        async fn reports() {}
    }
}

fn own() -> Records {
    let all = Records::collect();
    let mine = |origin: Origin| origin.module.starts_with(module_path!());
    Records {
        routes: all.routes.into_iter().filter(|record| mine(record.origin)).collect(),
        groups: all.groups.into_iter().filter(|record| mine(record.origin)).collect(),
        providers: all.providers.into_iter().filter(|record| mine(record.origin)).collect(),
        slots: all.slots.into_iter().filter(|record| mine(record.origin)).collect(),
        middleware: all.middleware.into_iter().filter(|record| mine(record.origin)).collect(),
        keys: all.keys,
        ..all
    }
}

/// The same with a fault of each kind that the order of records could change.
fn faulty() -> Records {
    let mut records = own();
    let twins = records.routes.iter().map(|route| {
        let mut twin = (*route).clone();
        twin.origin.line += 1000;
        &*Box::leak(Box::new(twin))
    });
    let twins: Vec<&'static RouteRecord> = twins.collect();
    records.routes.extend(twins);
    for mut record in records.providers.clone().into_iter().cloned().collect::<Vec<ProviderRecord>>() {
        // Every binding holds now, and each condition has a fault of its own.
        record.when = record.when.map(|_| "plan_nowhere.key");
        record.origin.line += 1000;
        records.providers.push(Box::leak(Box::new(record)));
    }
    records.routes.iter_mut().for_each(|route| {
        let mut lost = (*route).clone();
        lost.options.grouped = lost.origin.line % 2 == 0;
        *route = Box::leak(Box::new(lost));
    });
    records
}

fn settings() -> Settings {
    let sources = Sources { profile: "prod".to_owned(), ..Sources::default() };
    let tree = sources.read().expect("there is nothing to misread");
    Settings::read(tree, Records::collect().configs, &[]).expect("defaults are right")
}

fn planned(records: &Records) -> Result<Plan, Vec<Fault>> {
    let input = Input {
        records,
        root: Root { origin: crate::__origin!(), include: &[] },
        config: &settings(),
        additions: &Additions::default(),
        layers: Vec::new(),
        #[cfg(feature = "gateway")]
        gateway: &crate::gateway::Configured::default(),
    };
    Plan::build(&input)
}

/// Everything that can be read off a plan, or every fault.
fn rendered(records: &Records) -> String {
    let plan = match planned(records) {
        Ok(plan) => plan,
        Err(faults) => return faults.iter().map(|fault| format!("{fault}\n")).collect(),
    };
    let wired: Vec<String> = plan
        .wiring
        .providers
        .iter()
        .map(|wired| format!("{} {:?} {} {:?}", wired.record.name, wired.after, wired.eager, wired.chain))
        .collect();
    let collected: Vec<String> =
        plan.wiring.collections.iter().map(|one| format!("{} {:?}", one.key.name(), one.members)).collect();
    let served: Vec<String> =
        plan.routes.iter().map(|route| format!("{} {:?}", route.record.handler, route.chain)).collect();
    let reports =
        [report::routes(&plan, true), report::graph(&plan), report::mermaid(&plan), report::check(&plan, true)];
    format!("{}\n{wired:#?}\n{collected:#?}\n{served:#?}", reports.concat())
}

/// The records, each kind sorted by the random numbers.
fn shuffled(mut records: Records, order: &[u32]) -> Records {
    fn shuffle<T>(list: &mut Vec<T>, order: &[u32]) {
        let mut keyed: Vec<(u32, T)> = order.iter().copied().cycle().zip(list.drain(..)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        list.extend(keyed.into_iter().map(|(_, one)| one));
    }
    shuffle(&mut records.routes, order);
    shuffle(&mut records.groups, order);
    shuffle(&mut records.providers, order);
    shuffle(&mut records.slots, order);
    shuffle(&mut records.middleware, order);
    records
}

proptest! {
    #[test]
    fn the_order_of_records_changes_no_plan(order in prop::collection::vec(any::<u32>(), 23)) {
        prop_assert_eq!(rendered(&shuffled(own(), &order)), rendered(&own()));
    }

    #[test]
    fn the_order_of_records_changes_no_fault(order in prop::collection::vec(any::<u32>(), 23)) {
        prop_assert_eq!(rendered(&shuffled(faulty(), &order)), rendered(&faulty()));
    }
}

#[test]
fn the_records_of_these_tests_say_what_they_should() {
    let text = rendered(&own());
    for wanted in ["/plan/users/{id}", "outer -> inner", "off: GET /plan/reports", "- Memory", "dyn Check"] {
        assert!(text.contains(wanted), "`{wanted}` is not in:\n{text}");
    }
    let faults = rendered(&faulty());
    for wanted in ["two handlers serve", "no section `plan_nowhere`", "did not get its prefix"] {
        assert!(faults.contains(wanted), "`{wanted}` is not in:\n{faults}");
    }
}

#[test]
fn the_graph_draws_what_many_need_once_in_full() {
    let plan = planned(&own()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let text = report::graph(&plan);
    let names = |line: &str| line.split("  velithon").next().unwrap_or_default().trim_end().to_owned();
    let lines: Vec<String> =
        text.lines().map(|line| names(line) + if line.ends_with("(above)") { " above" } else { "" }).collect();
    let audit = lines.iter().position(|line| line.starts_with("Audit")).expect("nobody needs it");
    assert_eq!(
        lines[audit..audit + 6],
        [
            "Audit  singleton",
            "  - Memory  singleton",
            "      - pool  singleton",
            "  - Users  singleton",
            "      - Memory  singleton above",
            "      - First (all)  singleton"
        ]
    );
    assert_eq!(lines.iter().filter(|line| line.contains("Users") && !line.contains("above")).count(), 1, "{text}");
}

#[test]
fn of_two_middleware_of_one_name_the_one_that_is_meant_is_skipped() {
    let plan = planned(&own()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let route = plan.routes.iter().find(|route| route.record.handler == "twins").expect("it is planned");
    let origins = route.chain.iter().map(|link| plan.middleware[link.middleware].record.origin.module);
    let modules: Vec<&str> = origins.filter(|module| !module.ends_with("service")).collect();
    assert_eq!(modules, [concat!(module_path!(), "::service::other")]);
}

#[tokio::test]
async fn a_plan_builds_no_provider_and_the_container_does() {
    let plan = planned(&own()).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(service::BUILT.load(Ordering::SeqCst), 0);
    Arc::new(Container::new(plan.wiring)).start().await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(service::BUILT.load(Ordering::SeqCst), 1);
}
