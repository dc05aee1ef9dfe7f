//! Values with a derived writer.

use crate::{is_as_its_model, service};

#[test]
fn a_derived_writer_writes_what_serde_json_would() {
    let service = service();
    is_as_its_model(&service, "/order");
    is_as_its_model(&service, "/orders");
    let text = service.get("/order").text();
    assert!(
        text.starts_with(r#"{"orderId":18446744073709551615,"for":{"name":"Ada \"the first\" \u0001\\\n"}"#),
        "{text}"
    );
    assert!(text.contains(r#""total":"120.05","lines":[{"kind":"article","#), "{text}");
    assert!(!text.contains("never sent"), "{text}");
}

#[test]
fn a_reply_knows_its_length_and_keeps_its_status() {
    let service = service();
    let reply = service.get("/orders").is(203);
    assert_eq!(reply.header("content-length"), Some(&*reply.body.len().to_string()), "{reply}");
    let head = service.request("HEAD", "/orders", &[], "").is(203);
    assert_eq!(head.header("content-length"), reply.header("content-length"), "{head}");
}

#[test]
fn a_value_without_json_is_a_500_that_says_nothing() {
    let service = service();
    let problem = service.get("/impossible").is_problem(500);
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
    service.stderr().wait_for("key must be a string");
}
