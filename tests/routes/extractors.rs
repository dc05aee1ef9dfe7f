//! axum's extractors, in any position.

use crate::service;

#[test]
fn the_extractor_that_reads_the_body_may_stand_in_any_position() {
    let service = service();
    let headers = [("content-type", "application/json"), ("x-mark", "m")];
    let reply = service.request("POST", "/extract/order/7?x=1", &headers, "[1]");
    reply.says(r#"[1] POST 7 Some("m") /extract/order/7"#);
    service.request("POST", "/extract/whole/7?page=3", &[], "body").says("POST /extract/whole/7 3 4");
}

#[test]
fn the_parts_are_judged_before_the_body_is_read() {
    // The capture is wrong and the media type too: reading the body would have said 415.
    service().request("POST", "/extract/order/300", &[("content-type", "text/plain")], "x").is_problem(400);
}

#[test]
fn axums_path_extractors_find_the_captures() {
    let service = service();
    service.get("/extract/pair/7/a%20b").says("7 a b");
    service.get("/extract/named/7/x").says(r#"7 {"left": "7", "right": "x"}"#);
    service.get("/extract/optional/7").says("Some(7)");
    service.get("/extract/raw/1/b%20c").says("a=1;b=b c;");
    service.get("/extract/matched/7").says("/extract/matched/{id} 7");
    service.get("/extract/pair/300/x").is_problem(400);
}

#[test]
fn the_target_the_peer_and_the_state_are_there() {
    let service = service();
    service.get("/extract/original?a=1&b").says(r#"/extract/original?a=1&b Some("a=1&b")"#);
    service.get("/extract/peer").says("127.0.0.1");
    service.get("/extract/state").says("stateless");
    service.get("/extract/query?a=1&b=2").says(r#"{"a": 1, "b": 2}"#);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    service.request("POST", "/extract/form", &form, "a=1&b=2").says(r#"{"a": 1, "b": 2}"#);
}

#[test]
fn what_an_extractor_refuses_is_a_problem() {
    let service = service();
    service.get("/extract/hidden/7").says("7");
    let problem = service.get_with("/extract/hidden/7", &[("x-refuse", "1")]).is_problem(403);
    assert_eq!(problem["detail"], "refused by an extractor");
    service.get("/extract/query?a=x").is_problem(400);
    service.request("POST", "/extract/form", &[("content-type", "text/plain")], "a=1").is_problem(415);
}

#[test]
fn a_missing_extension_is_our_fault_and_names_no_type() {
    let reply = service().get("/extract/extension");
    assert!(!reply.text().contains("u64"), "{reply}");
    reply.is_problem(500);
}
