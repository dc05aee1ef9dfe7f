//! Bodies that do not fit: malformed, too large, of another media type, invalid.

use velithon_tests::Reply;

use crate::{program, service};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[test]
fn a_json_body_is_read_and_written() {
    let ada = r#"{"name":"Ada","age":36,"address":null}"#;
    let service = service();
    service.post_json("/body/json", ada).says(ada);
    service.request("POST", "/body/json", &[("content-type", "Application/Problem+JSON; x=1")], ada).says(ada);
}

#[test]
fn malformed_json_is_400_with_line_column_and_pointer() {
    let problem = service().post_json("/body/json", "{\n  \"name\": \"Ada\",\n  \"age\": }").is_problem(400);
    assert_eq!((&problem["line"], &problem["column"]), (&3.into(), &10.into()), "{problem}");
    assert_eq!(problem["errors"][0]["pointer"], "/age", "{problem}");
    assert_eq!(problem["errors"][0]["code"], "syntax", "{problem}");
}

#[test]
fn an_empty_or_cut_body_is_malformed() {
    let service = service();
    service.request("POST", "/body/json", &JSON, "").is_problem(400);
    service.post_json("/body/json", "{\"name\":").is_problem(400);
    service.post_json("/body/json", "{} trailing").is_problem(400);
}

#[test]
fn json_of_another_shape_is_422_with_the_place() {
    let service = service();
    let problem = service.post_json("/body/json", r#"{"name":"Ada","age":"old"}"#).is_problem(422);
    assert_eq!(problem["errors"][0]["pointer"], "/age", "{problem}");
    let problem = service.post_json("/body/json", r#"{"name":"Ada"}"#).is_problem(422);
    assert!(problem["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains("age")), "{problem}");
}

#[test]
fn an_invalid_value_is_422_with_every_field() {
    let service = service();
    let body = r#"{"name":"","age":17,"address":{"zip":"1"}}"#;
    let problem = service.post_json("/body/valid", body).is_problem(422);
    let errors = problem["errors"].as_array().expect("a list");
    let mut pointers: Vec<&str> = errors.iter().filter_map(|error| error["pointer"].as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/address/zip", "/age", "/name"], "{problem}");
    assert!(errors.iter().all(|error| error["detail"].is_string() && error["code"].is_string()), "{problem}");
    service.post_json("/body/valid", r#"{"name":"Ada","age":36}"#).is(201);
}

#[test]
fn another_media_type_is_415() {
    let service = service();
    let body = r#"{"name":"Ada","age":36}"#;
    let problem = service.request("POST", "/body/json", &[("content-type", "text/plain")], body).is_problem(415);
    assert_eq!(problem["detail"], "the body is `text/plain`; send `content-type: application/json`");
    service.request("POST", "/body/json", &[], body).is_problem(415);
}

#[test]
fn deep_json_is_refused_and_the_process_lives() {
    let service = service();
    let depth = 100_000;
    let deep = "[".repeat(depth) + &"]".repeat(depth);
    let problem = service.post_json("/body/any", &deep).is_problem(400);
    assert_eq!(problem["errors"][0]["code"], "depth", "{problem}");
    let allowed = "[".repeat(128) + &"]".repeat(128);
    service.post_json("/body/any", &allowed).says(&allowed);
    service.post_json("/body/any", &format!("[{allowed}]")).is_problem(400);
}

#[test]
fn a_body_over_the_limit_is_413_whoever_reads_it() {
    const MOST: usize = 2 * 1024 * 1024;
    let service = service();
    let large = vec![b'1'; MOST + 1];
    let post = |path, body: &[u8]| -> Reply { service.request("POST", path, &JSON, body) };
    for path in ["/body/bytes", "/body/text", "/body/any"] {
        post(path, &large).is_problem(413);
    }
    post("/body/bytes", &large[1..]).says(&MOST.to_string());
}

#[test]
fn a_route_may_have_a_limit_of_its_own() {
    let service = service();
    let post = |path, length| service.request("POST", path, &[], vec![b'1'; length]);
    post("/body/small", 1024).says("1024");
    post("/body/small", 1025).is_problem(413);
    post("/body/large", 3 * 1024 * 1024).says("3145728");
    post("/body/large", 3 * 1024 * 1024 + 1).is_problem(413);
}

#[test]
fn the_limit_of_all_routes_stands_in_the_configuration() {
    let service = program().toml("[server]\nbody_limit = \"10KiB\"\n").start();
    let post = |path, length| service.request("POST", path, &[], vec![b'1'; length]);
    post("/body/bytes", 10 * 1024).says("10240");
    post("/body/bytes", 10 * 1024 + 1).is_problem(413);
    post("/body/large", 10 * 1024 + 1).says("10241");
}

#[test]
fn a_body_without_a_length_is_limited_too() {
    let service = service();
    let mut connection = service.connect();
    connection.send("POST /body/small HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    connection.send(format!("800\r\n{}\r\n0\r\n\r\n", "x".repeat(0x800)));
    connection.reply().is_problem(413);
}

#[test]
fn a_body_that_ends_too_early_is_no_request() {
    let service = service();
    let mut connection = service.connect();
    connection.send("POST /body/text HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nshort");
    connection.end_sending();
    assert!(connection.is_closed() || connection.reply().status == 400);
    service.request("POST", "/body/text", &[], "whole").says("whole");
}

#[test]
fn text_that_is_no_utf_8_is_a_bad_request() {
    service().request("POST", "/body/text", &[], b"\xff\xfe").is_problem(400);
}

#[test]
fn get_may_hand_on_the_whole_request() {
    service().request("GET", "/body/of-get", &[], "four").says("4");
}
