//! Handlers in modules, on injected values, and by the names of methods.

use crate::{program, service};

#[test]
fn handlers_of_one_name_in_two_modules_share_nothing() {
    let service = program().env("VELITHON_FEATURES__TENANTS", "true").start();
    let first = service.get("/api/v1/same").is(201);
    assert_eq!(first.text(), "the first");
    // Neither the status nor the path nor the condition of the other.
    service.get("/api/v1/acme/same").says("the second, of acme");
}

#[test]
fn prefix_and_condition_survive_nesting() {
    let service = program().env("VELITHON_FEATURES__TENANTS", "true").start();
    service.get("/api/v1").says("index of v1");
    service.get("/api/v1/").is_problem(404);
    service.get("/api/v1/plain").says("plain");
    service.get("/api/v1/acme/seats/7").says("seat 7 of acme, asked 1 time(s)");
    service.get("/unprefixed").says("no prefix");
    let off = self::service();
    off.get("/unprefixed").is_problem(404);
    off.get("/api/v1/acme/same").is_problem(404);
    off.get("/api/v1/acme/seats/7").is_problem(404);
    off.get("/api/v1/plain").says("plain");
}

#[test]
fn middleware_of_a_group_survives_nesting() {
    let service = service();
    let seals = |path: &str| -> Vec<String> {
        let reply = service.get(path).is(200);
        reply.headers.into_iter().filter(|(name, _)| name == "x-seal").map(|(_, value)| value).collect()
    };
    assert_eq!(seals("/sealed/outer"), ["watch", "seal"]);
    assert_eq!(seals("/sealed/plain"), ["watch", "seal"]);
    // The inner group adds to the outer one's.
    assert_eq!(seals("/sealed/deep/inner"), ["seal"]);
    assert_eq!(seals("/sealed/deep/seats"), ["seal"]);
    // A handler of the same name beside the groups has nothing of theirs.
    assert_eq!(seals("/sealed/beside"), ["watch"]);
    assert_eq!(seals("/both"), [""; 0]);
}

#[test]
fn a_controller_serves_the_methods_of_one_value() {
    let service = service();
    assert_eq!(service.get("/orders").is(200).json(), serde_json::json!([]));
    for (count, order) in [("1", "tea"), ("2", "cake")] {
        assert_eq!(service.request("POST", "/orders", &[], order).is(201).text(), count);
    }
    service.get("/orders/1").says("cake");
    service.get("/orders/count").says("2");
    service.get("/orders/rules").says("no self is needed");
    assert_eq!(service.get("/orders/2").is_problem(404)["detail"], "no such order");
    service.get("/orders/two").is_problem(400);
    service.get("/groups/silence").says("");
}

#[test]
fn a_resource_is_served_by_the_names_of_its_methods() {
    let service = service();
    service.post_json("/products", r#"{"name":"tea"}"#).is(201);
    service.post_json("/products", r#"{"name":""}"#).is_problem(422);
    service.get("/products/0").says(r#"{"name":"tea"}"#);
    service.get("/products?skip=0&limit=1").says(r#"[{"name":"tea"}]"#);
    service.get("/products?skip=1").says("[]");
    service.request("POST", "/products/0/rename", &[], "cake").is(200);
    service.get("/products/0").says(r#"{"name":"cake"}"#);
    service.request("DELETE", "/products/0", &[], "").is(204);
    service.request("DELETE", "/products/0", &[], "").is_problem(404);
    service.get("/products/0").is_problem(404);
    // `update` and `patch` are not written.
    service.request("PUT", "/products/0", &[], "").has("allow", "DELETE, GET, HEAD, OPTIONS").is_problem(405);
}
