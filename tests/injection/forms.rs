//! Every form of a provider, as a handler sees it.

use serde::Deserialize;
use velithon::prelude::*;
use velithon::testing::TestApp;

use crate::logged;

/// Settings under `[pool]`.
#[config("pool")]
#[derive(Deserialize)]
struct PoolConfig {
    #[serde(default = "eight")]
    size: usize,
}

fn eight() -> usize {
    8
}

/// A foreign type: two functions provide it.
struct Pool(String);

#[inject]
async fn primary(config: Config<PoolConfig>) -> Result<Pool> {
    Ok(Pool(format!("primary of {}", config.size)))
}

#[inject]
fn replica(primary: Inject<primary>) -> std::result::Result<Pool, std::fmt::Error> {
    Ok(Pool(format!("replica of {}", primary.0)))
}

#[inject]
struct Named {
    pool: Inject<replica>,
    #[inject(default)]
    empty: String,
    #[inject(value = { let size = 3; size * 2 })]
    size: usize,
}

#[inject]
struct Tuple(Inject<Named>, #[inject(value = "second".to_owned())] String);

#[inject]
struct Unit;

struct Made {
    tuple: Inject<Tuple>,
    unit: Inject<Unit>,
}

#[inject]
impl Made {
    async fn new(tuple: Inject<Tuple>, unit: Inject<Unit>) -> Result<Self> {
        Ok(Self { tuple, unit })
    }
}

/// Names that the expansion uses itself.
#[inject]
fn value(resolver: Inject<Made>, object: Inject<Unit>) -> u8 {
    let _ = (resolver, object);
    7
}

#[get("/forms")]
async fn forms(made: Inject<Made>, seven: Inject<value>) -> String {
    let Named { pool, empty, size } = &*made.tuple.0;
    let _: &Unit = &made.unit;
    format!("{}, {empty:?}, {size}, {}, {}", pool.0, made.tuple.1, *seven)
}

#[velithon::test]
async fn every_form_of_provider_reaches_a_handler(app: TestApp) {
    let (app, _) = logged(app);
    let reply = app.set("pool.size", 9).start().await.get("/forms").send().await;
    assert_eq!(reply.assert_status(200).text(), "replica of primary of 9, \"\", 6, second, 7");
}

#[velithon::test]
async fn a_function_is_replaced_by_a_value_of_what_it_returns(app: TestApp) {
    let (app, _) = logged(app);
    let reply = app.with::<primary>(Pool("fake".to_owned())).start().await.get("/forms").send().await;
    assert!(reply.assert_status(200).text().starts_with("replica of fake"), "{}", reply.text());
}

#[test]
fn a_service_is_built_by_hand_in_a_unit_test() {
    let pool = Inject::<primary>::new(Pool("by hand".to_owned()));
    assert_eq!(replica(pool).unwrap().0, "replica of by hand");
}
