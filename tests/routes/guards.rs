//! Several handlers of one method and path, told apart by what the client accepts or sends.

use crate::service;

#[test]
fn the_media_type_a_client_accepts_chooses_the_handler() {
    let service = service();
    service.get_with("/guard/media", &[("accept", "text/csv")]).says("csv");
    service.get_with("/guard/media", &[("accept", "text/*, application/json;q=0")]).says("csv");
    // Both fit: the first declared wins.
    service.get("/guard/media").says(r#""json""#);
    service.get_with("/guard/media", &[("accept", "*/*")]).says(r#""json""#);
}

#[test]
fn a_field_chooses_the_version() {
    let service = service();
    service.get_with("/guard/versions", &[("x-api-version", "1")]).says("one");
    service.get_with("/guard/versions", &[("X-Api-Version", "2")]).says("two");
}

#[test]
fn a_cache_is_told_which_fields_choose() {
    let service = service();
    service.get("/guard/media").has("vary", "accept");
    service.get("/guard/default").has("vary", "x-api-version");
    let both = [("accept", "application/json"), ("x-api-version", "2")];
    service.get_with("/guard/both", &both).has("vary", "accept, x-api-version");
    assert_eq!(service.get("/both").header("vary"), None);
}

#[test]
fn a_handler_without_a_guard_comes_last_wherever_it_was_declared() {
    let service = service();
    service.get_with("/guard/default", &[("x-api-version", "2")]).says("two");
    service.get_with("/guard/default", &[("x-api-version", "3")]).says("any");
    service.get("/guard/default").says("any");
}

#[test]
fn head_obeys_the_guards_of_get() {
    let service = service();
    service.request("HEAD", "/guard/media", &[("accept", "text/csv")], "").is(200).has("content-length", "3");
    service.request("HEAD", "/guard/media", &[("accept", "image/png")], "").is(406);
}

#[test]
fn a_client_that_accepts_no_form_there_is_gets_406_with_the_forms() {
    let service = service();
    let problem = service.get_with("/guard/media", &[("accept", "image/png")]).is_problem(406);
    assert_eq!(problem["detail"], "this path is served as `application/json` and `text/csv`");
    let problem = service.get_with("/guard/only", &[("accept", "text/csv")]).is_problem(406);
    assert_eq!(problem["detail"], "this path is served as `application/json`");
}

#[test]
fn a_version_that_does_not_exist_is_not_found() {
    let service = service();
    service.get_with("/guard/versions", &[("x-api-version", "3")]).is_problem(404);
    service.get("/guard/versions").is_problem(404);
}

#[test]
fn of_two_guards_that_do_not_fit_the_field_speaks_first() {
    let service = service();
    let version = ("x-api-version", "2");
    service.get_with("/guard/both", &[version]).says("both");
    service.get_with("/guard/both", &[version, ("accept", "text/csv")]).is_problem(406);
    service.get_with("/guard/both", &[("accept", "application/json")]).is_problem(404);
    service.get_with("/guard/both", &[("accept", "text/csv")]).is_problem(404);
}

#[test]
fn a_guard_changes_nothing_for_other_methods() {
    let service = service();
    service.request("POST", "/guard/both", &[], "").says("posted");
    service.request("PUT", "/guard/both", &[], "").has("allow", "GET, HEAD, OPTIONS, POST").is_problem(405);
    service.request("PUT", "/guard/media", &[], "").has("allow", "GET, HEAD, OPTIONS").is_problem(405);
}
