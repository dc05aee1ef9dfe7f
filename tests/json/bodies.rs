//! JSON that is refused, and where it says the fault is.

use serde_json::Value;

use crate::service;

/// The place that the first error names.
#[track_caller]
fn place(problem: &Value) -> (&str, &str) {
    let error = &problem["errors"][0];
    match (error["pointer"].as_str(), error["code"].as_str()) {
        (Some(pointer), Some(code)) => (pointer, code),
        _ => panic!("{problem}"),
    }
}

#[test]
fn a_value_comes_back_as_it_was_sent() {
    let text =
        r#"{"items":[{"sku":"größer \"als\" sechzehn Bytes","count":4294967295,"price":0.1}],"notes":{"a":[1]}}"#;
    service().post_json("/basket", text).says(text);
}

#[test]
fn malformed_json_names_the_value_it_stands_in() {
    let service = service();
    let cases = [
        (r#"{"items":[{"sku":"a","count":1},{"sku":"b","count":}]}"#, "/items/1/count"),
        (r#"{"notes":{"a/b~c":[1,2,]}}"#, "/notes/a~1b~0c/2"),
        (r#"{"items":[{"sku":"#, "/items/0/sku"),
    ];
    for (text, pointer) in cases {
        let problem = service.post_json("/basket", text).is_problem(400);
        assert_eq!(place(&problem), (pointer, "syntax"), "{text}: {problem}");
    }
    let problem = service.post_json("/basket", "{\n \"items\": [\n  x").is_problem(400);
    assert_eq!((&problem["line"], &problem["column"]), (&3.into(), &3.into()), "{problem}");
}

#[test]
fn a_value_of_another_type_names_its_place() {
    let service = service();
    let cases = [
        (r#"{"items":[{"sku":"a","count":1},{"sku":"b","count":"2"}]}"#, "/items/1/count", "type"),
        (r#"{"items":[{"sku":"a","count":-1}]}"#, "/items/0/count", "value"),
        (r#"{"items":[{"sku":"a"}]}"#, "/items/0/count", "missing"),
        (r#"{"notes":{"a/b":[1,256]}}"#, "/notes/a~1b/1", "value"),
    ];
    for (text, pointer, code) in cases {
        let problem = service.post_json("/basket", text).is_problem(422);
        assert_eq!(place(&problem), (pointer, code), "{text}: {problem}");
    }
}

#[test]
fn a_depth_bomb_is_refused_wherever_it_stands() {
    let service = service();
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
        for depth in [129, 1_000, 100_000] {
            let bomb = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let unknown = format!(r#"{{"unknown":{bomb}}}"#);
            for text in [&bomb, &unknown, &open.repeat(depth)] {
                let problem = service.post_json("/basket", text).is_problem(400);
                assert_eq!(place(&problem).1, "depth", "{depth} times {open}: {problem}");
            }
        }
    }
    // Brackets in a text are text.
    let text = format!("\"{}\"", "[".repeat(1_000));
    service.post_json("/text", &text).says(&text);
}

#[test]
fn what_is_no_text_is_malformed() {
    let service = service();
    let json = [("content-type", "application/json")];
    for bytes in
        [&b"\"\xff\""[..], b"\"\xed\xa0\x80\"", b"\"a\nb\"", br#""\ud800""#, br#""\x41""#, b"\xef\xbb\xbf\"a\""]
    {
        service.request("POST", "/text", &json, bytes).is_problem(400);
    }
    service.post_json("/text", r#""\ud83d\ude00\u0000""#).says("\"\u{1f600}\\u0000\"");
}

#[test]
fn numbers_are_read_to_the_last_digit_and_refused_beyond_their_range() {
    let service = service();
    for (sent, kept) in [("0.1", "0.1"), ("1e2", "100.0"), ("-0", "-0.0"), ("5e-324", "5e-324")] {
        service.post_json("/number", sent).says(kept);
    }
    service.post_json("/number", "123456789012345678901234567890.5").says("1.2345678901234568e+29");
    for text in ["1e999", "01", "+1", ".5", "1.", "NaN", "0x10"] {
        service.post_json("/number", text).is_problem(400);
    }
}
