//! Methods that no handler serves, paths that no route has, and the slash at the end.

use crate::{program, service};

#[test]
fn a_method_that_is_not_served_is_told_which_are() {
    let service = service();
    let reply = service.request("PUT", "/both", &[], "").has("allow", "GET, HEAD, OPTIONS, POST");
    reply.is_problem(405);
    service.request("GET", "/both/ways", &[], "").has("allow", "DELETE, OPTIONS, PUT").is_problem(405);
    service.request("BREW", "/both/7", &[], "").has("allow", "GET, HEAD, OPTIONS, POST").is_problem(405);
}

#[test]
fn options_tells_the_methods() {
    let service = service();
    let reply = service.request("OPTIONS", "/both", &[], "").is(204).has("allow", "GET, HEAD, OPTIONS, POST");
    assert_eq!((reply.header("content-length"), reply.text().as_str()), (None, ""));
    service.request("OPTIONS", "/reply/options", &[], "").says("asked");
    service.request("OPTIONS", "/nowhere", &[], "").is_problem(404);
}

#[test]
fn head_is_get_without_its_body_and_with_its_length() {
    let service = service();
    let mut connection = service.connect();
    connection.request("HEAD", "/reply/json", &[], b"");
    let head = connection.reply_to("HEAD").is(200);
    // A second request on the same connection: a body that was sent all the same would stand in its way.
    connection.request("GET", "/reply/json", &[], b"");
    let get = connection.reply().is(200);
    assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()));
    assert_eq!(head.header("content-type"), get.header("content-type"));
}

#[test]
fn head_of_a_problem_has_no_body_either() {
    let service = service();
    let mut connection = service.connect();
    connection.request("HEAD", "/nowhere", &[], b"");
    connection.reply_to("HEAD").is(404).has("content-type", "application/problem+json");
    connection.request("GET", "/both", &[], b"");
    connection.reply().says("got");
}

#[test]
fn a_handler_of_head_comes_before_that_of_get() {
    let service = service();
    service.request("HEAD", "/reply/head", &[], "").has("x-answered-by", "head");
    service.get("/reply/head").has("x-answered-by", "get");
}

#[test]
fn a_path_that_no_route_has_is_a_problem() {
    let service = service();
    let problem = service.get("/nowhere?x=1").is_problem(404);
    assert_eq!((&problem["title"], &problem["instance"]), (&"Not Found".into(), &"/nowhere".into()));
    service.get("/").is_problem(404);
    service.get("/both/7/8").is_problem(404);
    service.get("/BOTH").is_problem(404);
}

#[test]
fn a_trailing_slash_makes_another_path() {
    let service = service();
    service.get("/slash/none").says("none");
    service.get("/slash/none/").is_problem(404);
    service.get("/slash/one/").says("one");
    service.get("/slash/one").is_problem(404);
}

#[test]
fn slashes_are_redirected_when_asked_for() {
    let service = program().env("VELITHON_SERVER__REDIRECT_SLASHES", "true").start();
    service.get("/slash/none/?a=1").is(308).has("location", "/slash/none?a=1");
    service.get("/slash/one").is(308).has("location", "/slash/one/");
    service.request("POST", "/both/", &[], "").is(308).has("location", "/both");
    service.get("/nowhere/").is_problem(404);
    // `//slash/none` would be the host `slash` to a browser.
    service.get("//slash/none/").is(308).has("location", "/slash/none");
}

#[test]
fn the_handler_of_each_path_is_asked_on_one_connection_after_the_other_reply() {
    let service = service();
    let mut connection = service.connect();
    for (path, body) in [("/both", "got"), ("/slash/one/", "one"), ("/captures/me", "fixed")] {
        connection.request("GET", path, &[], b"");
        connection.reply().says(body);
    }
}
