//! The shop as its clients see it: a real process, a real socket, a real file.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use velithon_tests::{Program, Scratch, Service};

/// A shop with a database of its own.
struct Shop {
    service: Service,
    _database: Scratch,
}

impl Shop {
    fn open() -> Self {
        let database = Scratch::path("db");
        Self { service: on(&database), _database: database }
    }

    fn product(&self, stock: u32) -> u64 {
        let body = json!({ "name": "pen", "price": 150, "stock": stock }).to_string();
        self.service.post_json("/products", &body).is(201).json()["id"].as_u64().unwrap()
    }

    fn user(&self, email: &str) -> u64 {
        let body = json!({ "email": email, "name": "Ada" }).to_string();
        self.service.post_json("/api/v1/users", &body).is(201).json()["id"].as_u64().unwrap()
    }

    fn order(&self, user: u64, product: u64, quantity: u32) -> velithon_tests::Reply {
        let body = json!({ "user": user, "product": product, "quantity": quantity }).to_string();
        self.service.post_json("/orders", &body)
    }

    fn stock(&self, product: u64) -> u64 {
        self.service.get(&format!("/products/{product}")).is(200).json()["stock"].as_u64().unwrap()
    }
}

fn on(database: &Scratch) -> Service {
    let url = format!("sqlite://{}", database.name());
    Program::new(env!("CARGO_BIN_EXE_shop")).env("VELITHON_DATABASE__URL", url).start()
}

#[test]
fn a_user_is_still_there_after_a_restart() {
    let database = Scratch::path("db");
    let first = on(&database);
    let body = json!({ "email": "ada@example.org", "name": "Ada" }).to_string();
    let created = first.post_json("/api/v1/users", &body).is(201).json();
    first.terminate();
    first.ended().exits(0);

    let second = on(&database);

    let found = second.get(&format!("/api/v1/users/{}", created["id"])).is(200).json();
    assert_eq!(found, created);
}

#[test]
fn a_missing_user_is_a_problem() {
    let problem = Shop::open().service.get("/api/v1/users/7").is_problem(404);
    assert_eq!(problem["title"], "no such user");
}

#[test]
fn a_malformed_id_names_the_parameter() {
    let problem = Shop::open().service.get("/api/v1/users/seven").is_problem(400);
    assert!(problem["detail"].as_str().unwrap().contains("`id`"), "{problem}");
}

#[test]
fn an_invalid_user_lists_every_field() {
    let body = json!({ "email": "ada", "name": "" }).to_string();
    let problem = Shop::open().service.post_json("/api/v1/users", &body).is_problem(422);
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/email", "/name"]);
}

#[test]
fn an_email_can_be_taken_only_once() {
    let shop = Shop::open();
    shop.user("ada@example.org");
    let again = json!({ "email": "ada@example.org", "name": "Eve" }).to_string();
    let problem = shop.service.post_json("/api/v1/users", &again).is_problem(409);
    assert_eq!(problem["title"], "e-mail already taken");
}

#[test]
fn another_method_is_told_which_there_are() {
    let shop = Shop::open();
    shop.service.request("DELETE", "/api/v1/users", &[], "").has("allow", "GET, HEAD, OPTIONS, POST").is_problem(405);
    shop.service.request("OPTIONS", "/api/v1/users", &[], "").is(204).has("allow", "GET, HEAD, OPTIONS, POST");
}

#[test]
fn a_changed_product_is_not_served_from_the_cache() {
    let shop = Shop::open();
    let id = shop.product(3);
    assert_eq!(shop.stock(id), 3);
    shop.service.request("PATCH", &format!("/products/{id}"), &[JSON], r#"{"stock":9}"#).is(200);
    assert_eq!(shop.stock(id), 9);
    shop.service.request("DELETE", &format!("/products/{id}"), &[], "").is(204);
    shop.service.get(&format!("/products/{id}")).is_problem(404);
}

#[test]
fn products_are_listed_a_page_at_a_time() {
    let shop = Shop::open();
    let ids: Vec<u64> = (0..5).map(|stock| shop.product(stock)).collect();
    let page = shop.service.get("/products?skip=1&limit=2").is(200).json();
    let listed: Vec<u64> = page.as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect();
    assert_eq!(listed, ids[1..3]);
    for list in ["/products", "/api/v1/users", "/orders", "/categories"] {
        shop.service.get(&format!("{list}?limit=1000")).is(200);
        let refused = shop.service.get(&format!("{list}?limit=1001")).is_problem(400);
        assert!(refused["detail"].as_str().unwrap().contains("from 0 to 1000"), "{refused}");
    }
}

#[test]
fn the_cache_never_shows_a_stock_from_before_an_answered_order() {
    let shop = Shop::open();
    let (user, product) = (shop.user("ada@example.org"), shop.product(1000));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // They fill the cache all the time, in the middle of every order too.
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    shop.stock(product);
                }
            });
        }
        let after: Vec<u64> = (0..100).map(|_| (shop.order(user, product, 1).is(201), shop.stock(product)).1).collect();
        done.store(true, Ordering::Relaxed);
        assert_eq!(after, (900..1000).rev().collect::<Vec<u64>>());
    });
}

#[test]
fn an_order_takes_from_the_stock_or_does_nothing_at_all() {
    let shop = Shop::open();
    let (user, product) = (shop.user("ada@example.org"), shop.product(3));
    assert_eq!(shop.order(user, product, 2).is(201).json()["total"], 300);
    assert_eq!(shop.stock(product), 1);

    // The refusal comes after both statements ran: only the end of the request's transaction undoes them.
    shop.order(user, product, 2).is_problem(409);
    shop.order(99, product, 1).is_problem(409);

    assert_eq!(shop.stock(product), 1);
    assert_eq!(shop.service.get("/orders").is(200).json().as_array().unwrap().len(), 1);
}

#[test]
fn two_models_share_one_generic_resource() {
    let shop = Shop::open();
    for path in ["/categories", "/suppliers"] {
        let made = shop.service.post_json(path, r#"{"name":"paper"}"#).is(201).json();
        let one = format!("{path}/{}", made["id"]);
        shop.service.request("PUT", &one, &[JSON], r#"{"name":"ink"}"#).is(200);
        assert_eq!(shop.service.get(&one).is(200).json()["name"], "ink");
        shop.service.request("DELETE", &one, &[], "").is(204);
        shop.service.request("DELETE", &one, &[], "").is_problem(404);
    }
    shop.service.post_json("/categories", r#"{"name":""}"#).is_problem(422);
}

#[test]
fn the_plan_is_checked_without_a_database() {
    let check = Program::new(env!("CARGO_BIN_EXE_shop")).env("VELITHON_DATABASE__URL", "sqlite:///nowhere/at/all.db");
    check.args("check").run().exits(0).says("22 route(s)");
}

#[test]
fn each_route_tells_its_handler_and_chain() {
    let routes = Program::new(env!("CARGO_BIN_EXE_shop")).args("routes -v").run().exits(0);
    routes.says("examples/shop/src/orders.rs").says("security -> compression -> logging");
}

#[test]
fn the_cache_can_be_switched_off() {
    let graph = Program::new(env!("CARGO_BIN_EXE_shop")).args("graph --set cache.kind=off").run().exits(0);
    graph.says("NoCache").never_says("MemoryCache");
}

const JSON: (&str, &str) = ("content-type", "application/json");
