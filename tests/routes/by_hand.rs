//! What `main` adds by hand: it meets the annotated routes on equal terms.

use velithon_tests::{Program, Service};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_by_hand"))
}

fn service() -> Service {
    program().start()
}

#[test]
fn a_mounted_router_serves_what_no_route_has() {
    let service = service();
    service.get("/legacy/hello/ada").says("hello, ada");
    service.get("/legacy/greeting").says("welcome");
    assert_eq!(service.get("/legacy/missing").is(404).text(), "a page of its own");
}

#[test]
fn a_mounted_router_leaves_missing_paths_and_methods_their_problems() {
    let service = service();
    assert_eq!(service.get("/nowhere").is_problem(404)["instance"], "/nowhere");
    service.get("/legacy/nowhere").is_problem(404);
    service.request("PUT", "/legacy/greeting", &[], "").has("allow", "GET,HEAD").is_problem(405);
}

#[test]
fn a_panic_in_a_mounted_router_is_a_500_and_the_process_lives() {
    let service = service();
    let reply = service.get("/legacy/panics").has("x-layer", "inner");
    assert!(!reply.text().contains("hunter2"), "{reply}");
    reply.is_problem(500);
    service.get("/legacy/greeting").says("welcome");
}

#[test]
fn a_value_of_main_is_injected_and_a_layer_adds_to_every_request() {
    service().get("/greeting").says("welcome 42");
}

#[test]
fn layers_surround_everything_and_the_last_is_the_outermost() {
    let service = service();
    for (path, status) in [("/greeting", 200), ("/nowhere", 404), ("/legacy/greeting", 200), ("/teas/7", 404)] {
        let reply = service.get(path).is(status);
        let marks: Vec<&str> =
            reply.headers.iter().filter(|(name, _)| name == "x-layer").map(|(_, value)| value.as_str()).collect();
        assert_eq!(marks, ["inner", "outer"], "{reply}");
    }
}

#[test]
fn a_generic_resource_is_mounted_once_for_each_type() {
    let service = service();
    assert_eq!(service.post_json("/teas", r#"{"name":"oolong"}"#).is(201).text(), r#"{"name":"oolong"}"#);
    service.get("/teas").says(r#"[{"name":"oolong"}]"#);
    service.get("/teas?skip=1&limit=5").says("[]");
    service.get("/teas?limit=banana").is_problem(400);
    service.get("/teas?limit=1000").is(200);
    let refused = service.get("/teas?limit=1001").is_problem(400);
    assert_eq!(refused["detail"], "the query parameter `limit` must be from 0 to 1000");
    service.get("/cakes").says("[]");
    service.get("/teas/0").says(r#"{"name":"oolong"}"#);
    service.get("/cakes/0").is_problem(404);
    let json = [("content-type", "application/json")];
    service.request("PUT", "/teas/0", &json, r#"{"name":"sencha"}"#).says(r#"{"name":"sencha"}"#);
    service.request("PUT", "/teas/1", &json, r#"{"name":"sencha"}"#).is_problem(404);
    service.request("PUT", "/teas/0", &json, r#"{"name":""}"#).is_problem(422);
    service.post_json("/teas", r#"{"name":""}"#).is_problem(422);
    service.request("DELETE", "/teas/0", &[], "").is(204);
    service.request("DELETE", "/teas/0", &[], "").is_problem(404);
    service.get("/teas/zero").is_problem(400);
    service.request("PATCH", "/teas/0", &[], "").has("allow", "DELETE, GET, HEAD, OPTIONS, PUT").is_problem(405);
}

#[test]
fn a_mounted_resource_is_listed_where_main_mounts_it() {
    let routes = program().args("routes -v").run().exits(0);
    routes.says("DELETE  /cakes/{id}").says("Resource::delete  tests/apps/by_hand.rs:");
}

#[test]
fn one_hook_restyles_every_error() {
    let service = program().env("STYLED", "1").start();
    for (path, status) in [("/nowhere", 404), ("/teas/7", 404), ("/teas/zero", 400), ("/legacy/panics", 500)] {
        assert_eq!(service.get(path).is_problem(status)["support"], "help@example.org", "{path}");
    }
    let problem = service.request("PUT", "/greeting", &[], "").has("allow", "GET, HEAD, OPTIONS").is_problem(405);
    assert_eq!(problem["support"], "help@example.org");
    assert_eq!(service.get("/plain").is(404).text(), "something else altogether");
}

#[test]
fn the_application_is_a_service_for_other_servers() {
    program().env("INSIDE", "/inside/greeting").run().exits(0).says("200 OK welcome 42");
    program().env("INSIDE", "/inside/nowhere").run().exits(0).says(r#""status":404"#);
}
