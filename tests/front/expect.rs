//! What a client may expect.

use crate::{raw, sent, service};

// 80
#[test]
fn an_expectation_nobody_knows_fails() {
    let service = service();
    for expectation in ["fries", "100-continue, fries", "200-ok"] {
        let head = format!("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: {expectation}\r\n\r\n");
        raw(&service, head).is_problem(417);
    }
}

// 80
#[test]
fn the_body_is_asked_for_when_it_is_read() {
    let head = "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-Continue\r\n\r\n";
    let service = service();
    let mut connection = sent(&service, head);
    connection.reply().is(100);
    connection.send("ab");
    connection.reply().says("ab");
}

// 80
#[test]
fn http_1_0_is_not_told_to_continue() {
    let head = "POST /read HTTP/1.0\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    raw(&service(), format!("{head}ab")).says("ab");
}
