//! Values of the query, of fields and of cookies.

use crate::service;

#[test]
fn a_query_value_is_bound_by_its_name_and_converted() {
    let service = service();
    service.get("/query/one?page=41").says("42");
    service.get("/query/one?p%61ge=%34%31").says("42");
    assert_eq!(service.get("/query/one").is_problem(400)["detail"], "the query parameter `page` is missing");
    assert_eq!(
        service.get("/query/one?page=").is_problem(400)["detail"],
        "the query parameter `page` must be a whole number from 0 to 4294967295"
    );
    assert_eq!(
        service.get("/query/one?page=1&page=2").is_problem(400)["detail"],
        "the query parameter `page` is there more than once"
    );
}

#[test]
fn defaults_and_options_stand_in_for_what_is_missing_and_are_converted_when_there() {
    let service = service();
    service.get("/query/shapes").says("limit=11 after=None tags=[] deep=false");
    service.get("/query/shapes?limit=1&after=8&deep=true").says("limit=2 after=Some(9) tags=[] deep=true");
    let problem = service.get("/query/shapes?after=late").is_problem(400);
    assert_eq!(problem["detail"], "the query parameter `after` must be a whole number from 0 to 18446744073709551615");
}

#[test]
fn repeated_query_keys_all_arrive() {
    service()
        .get("/query/shapes?tag=a&tag=b+c&limit=1&tag=")
        .says(r#"limit=2 after=None tags=["a", "b c", ""] deep=false"#);
}

#[test]
fn a_banana_is_no_boolean() {
    let problem = service().get("/query/shapes?deep=banana").is_problem(400);
    assert_eq!(problem["detail"], "the query parameter `deep` must be true or false");
}

#[test]
fn a_query_value_that_is_no_utf_8_is_a_bad_request() {
    service().get("/query/shapes?tag=%FF").is_problem(400);
}

#[test]
fn header_values_are_bound_and_lists_may_stand_on_one_line_or_many() {
    let service = service();
    service.get_with("/header", &[("X-ID", "6")]).says("id=7 trace=None tags=[] limit=5");
    let headers = [("x-id", "6"), ("x-trace", "t"), ("x-tag", "a, b"), ("x-tag", "c"), ("x-limit", "9")];
    service.get_with("/header", &headers).says(r#"id=7 trace=Some("t") tags=["a", "b", "c"] limit=9"#);
    assert_eq!(service.get("/header").is_problem(400)["detail"], "the header `x-id` is missing");
    let problem = service.get_with("/header", &[("x-id", "six")]).is_problem(400);
    assert_eq!(problem["detail"], "the header `x-id` must be a whole number from 0 to 4294967295");
}

#[test]
fn cookies_are_bound_one_by_one() {
    let service = service();
    let cookies = [("cookie", r#"theme="dark"; n=3; theme=light"#)];
    service.get_with("/cookie", &cookies).says("theme=dark count=Some(3) size=1");
    assert_eq!(service.get("/cookie").is_problem(400)["detail"], "the cookie `theme` is missing");
    let problem = service.get_with("/cookie", &[("cookie", "theme=x; size=256")]).is_problem(400);
    assert_eq!(problem["detail"], "the cookie `size` must be a whole number from 0 to 255");
}
