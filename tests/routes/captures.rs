//! What a path captures, as what type, and what a client is told when it does not fit.

use crate::service;

#[test]
fn a_capture_has_its_type_on_the_first_and_on_every_later_request() {
    let service = service();
    for id in 1..=5 {
        service.get(&format!("/captures/number/{id}")).says(&(id + 1).to_string());
    }
}

#[test]
fn a_capture_is_never_looked_up_in_the_query() {
    let service = service();
    let problem = service.get("/captures/number/seven?id=7").is_problem(400);
    assert_eq!(problem["detail"], "the path parameter `id` must be a whole number from 0 to 18446744073709551615");
    service.get("/captures/number/7?id=100").says("8");
}

#[test]
fn captures_of_any_type_are_bound_by_name() {
    let service = service();
    service.get("/captures/kinds/true/%C3%A9/0.5/127.0.0.1/4").says("true é 0.5 true 4");
    let problem = service.get("/captures/kinds/true/a/0.5/127.0.0.1/3").is_problem(400);
    assert_eq!(problem["detail"], "the path parameter `even` is not valid: not an even number");
    let problem = service.get("/captures/kinds/banana/a/0.5/127.0.0.1/4").is_problem(400);
    assert_eq!(problem["detail"], "the path parameter `flag` must be true or false");
}

#[test]
fn a_capture_is_decoded_once() {
    let service = service();
    service.get("/captures/text/a%20b").says("a b");
    service.get("/captures/text/%2541").says("%41");
    service.get("/captures/text/a%2Fb").says("a/b");
    service.get("/captures/text/a+b").says("a+b");
    service.get("/captures/rest/a/b%20c//d%2Fe/").says("a/b c//d/e/");
}

#[test]
fn a_capture_that_is_no_utf_8_is_a_bad_request() {
    let problem = service().get("/captures/text/%FF").is_problem(400);
    assert_eq!(problem["detail"], "the path parameter `text` must be UTF-8");
}

#[test]
fn a_route_may_call_a_mismatch_not_found() {
    let service = service();
    service.get("/captures/mismatch/7").says("7");
    let problem = service.get("/captures/mismatch/seven").is_problem(404);
    assert_eq!(problem.get("detail"), None);
}

#[test]
fn static_text_beats_a_capture_and_a_capture_beats_a_catch_all() {
    let service = service();
    service.get("/captures/me").says("fixed");
    service.get("/captures/you").says("captured you");
    service.get("/captures/you/too").says("caught you/too");
    service.get("/captures/v7/x").says("7 x");
}

#[test]
fn get_and_post_share_a_path_in_either_order_of_declaration() {
    let service = service();
    service.get("/both").says("got");
    service.request("POST", "/both", &[], "").says("posted");
    // Here POST was declared first, and under another name for the capture.
    service.get("/both/7").says("got 7");
    service.request("POST", "/both/7", &[], "").says("posted 7");
    service.request("PUT", "/both/ways", &[], "").says("PUT");
    service.request("DELETE", "/both/ways", &[], "").says("DELETE");
}
