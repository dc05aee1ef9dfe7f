//! What handlers return, and how it looks on the wire.

use crate::service;

#[test]
fn a_handler_may_return_nothing() {
    service().get("/reply/nothing").says("").has("content-length", "0");
}

#[test]
fn json_carries_its_media_type_and_length() {
    let reply = service().get("/reply/json").says(r#"{"id":7,"name":"Ada"}"#);
    reply.has("content-type", "application/json").has("content-length", "21");
}

#[test]
fn a_route_may_replace_200_and_nothing_else() {
    let service = service();
    service.request("POST", "/reply/created", &[], "").is(201).has("content-type", "application/json");
    service.request("POST", "/reply/own-status", &[], "").is(202);
}

#[test]
fn a_204_has_no_body_and_nothing_that_describes_one() {
    let service = service();
    for path in ["/reply/gone", "/reply/gone-too"] {
        let mut connection = service.connect();
        connection.request("DELETE", path, &[], b"");
        let reply = connection.reply().is(204);
        assert_eq!((reply.header("content-type"), reply.header("content-length")), (None, None), "{reply}");
        // Bytes of a body would be read as the head of this reply.
        connection.request("GET", "/reply/borrowed", &[], b"");
        connection.reply().says("borrowed");
    }
}

#[test]
fn a_plain_function_runs_where_the_request_is_and_a_blocking_one_elsewhere() {
    let service = service();
    let own = service.get("/reply/sync").is(200).text();
    let moved = service.get("/reply/blocking/7").is(200).text();
    assert!(own.starts_with("velithon-"), "{own}");
    assert!(moved.starts_with("7 ") && !moved.contains("velithon-0") && !moved.contains("velithon-1"), "{moved}");
}

#[test]
fn a_large_reply_arrives_whole() {
    assert_eq!(service().get("/reply/large").is(200).body, vec![b'x'; 100_000]);
}

#[test]
fn a_stream_is_sent_in_chunks() {
    service().get("/reply/stream").says("one two three").has("transfer-encoding", "chunked");
}
