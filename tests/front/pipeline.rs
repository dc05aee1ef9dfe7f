//! Several requests on their way at once.

use crate::{sent, service};

// 98
#[test]
fn pipelined_requests_are_answered_in_order_each_with_its_own_body() {
    let requests = (0..20).map(|n| {
        let body = format!("body {n}").repeat(n * 40 + 1);
        match n % 2 {
            0 => format!("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
            _ => format!(
                "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
                body.len()
            ),
        }
    });
    let service = service();
    let mut connection = sent(&service, requests.collect::<String>());
    for n in 0..20 {
        connection.reply().says(&format!("body {n}").repeat(n * 40 + 1));
    }
}

// 82
#[test]
fn what_follows_an_upgrade_that_is_declined_is_the_next_request() {
    let upgrade = "GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    let service = service();
    let mut connection = sent(&service, format!("{upgrade}GET /host HTTP/1.1\r\nhost: next\r\n\r\n"));
    connection.reply().says("not upgraded");
    connection.reply().says("next");
}
