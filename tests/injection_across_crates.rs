//! Slots and collections of another crate, bound here and there.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![forbid(unsafe_code)]

use velithon::prelude::*;
use velithon::testing::TestApp;
use velithon_tests::store::{Step, Store, shelves};

trait Label: Send + Sync {
    fn text(&self) -> String;
}

/// A binding of this crate's own trait stands beside those of the other's.
#[inject(as = dyn Label)]
struct Paper(Inject<shelves>);

impl Label for Paper {
    fn text(&self) -> String {
        format!("of {}", *self.0)
    }
}

#[inject(as = dyn Store, when = "features.elsewhere")]
struct Garage {
    label: Inject<dyn Label>,
}

impl Store for Garage {
    fn place(&self) -> String {
        format!("garage {}", self.label.text())
    }
}

#[inject(as = dyn Step)]
struct Sort;

impl Step for Sort {
    fn name(&self) -> &'static str {
        "sort"
    }
}

#[get("/place")]
async fn place(store: Inject<dyn Store>, steps: All<dyn Step>) -> String {
    let steps: Vec<&str> = steps.iter().map(Step::name).collect();
    format!("{}: {}", store.place(), steps.join(", "))
}

#[velithon::test(include = [velithon_tests])]
async fn the_other_crates_binding_holds(app: TestApp) {
    let reply = app.start().await.get("/place").send().await;
    assert_eq!(reply.text(), "cellar with 3 shelves: sort, unpack");
}

#[velithon::test(include = [velithon_tests])]
async fn this_crates_binding_of_the_others_slot_holds(app: TestApp) {
    let reply = app.set("features.elsewhere", true).start().await.get("/place").send().await;
    assert_eq!(reply.text(), "garage of 3: sort, unpack");
}

#[velithon::test(include = [velithon_tests])]
async fn the_other_crates_function_is_replaced(app: TestApp) {
    let reply = app.with::<shelves>(5_usize).start().await.get("/place").send().await;
    assert_eq!(reply.text(), "cellar with 5 shelves: sort, unpack");
}
