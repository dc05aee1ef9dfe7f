//! Streams of items, as an array and as lines.

use velithon_tests::Service;

use crate::service;

/// What the service has taken of its stream, once that has not changed for so many questions.
fn settled(service: &Service) -> u64 {
    let mut connection = service.connect();
    let (mut last, mut unchanged) = (0, 0);
    while unchanged < 200 {
        connection.request("GET", "/taken", &[], b"");
        let taken = connection.reply().text().parse().expect("a number");
        unchanged = if taken == last { unchanged + 1 } else { 0 };
        last = taken;
    }
    last
}

#[test]
fn a_stream_is_one_array() {
    let service = service();
    service.get("/array/0").has("content-type", "application/json").says("[]");
    let two = r#"[{"number":0,"text":"line one\nline two"},{"number":1,"text":"line one\nline two"}]"#;
    service.get("/array/2").has("transfer-encoding", "chunked").says(two);
    let many = service.get("/array/30000").is(200).json();
    let numbers = many.as_array().expect("an array").iter().map(|event| event["number"].as_u64());
    assert!(numbers.eq((0..30_000).map(Some)));
}

#[test]
fn a_stream_of_lines_has_one_item_on_each() {
    let service = service();
    service.get("/lines/0").has("content-type", "application/x-ndjson").says("");
    let text = service.get("/lines/30000").is(200).text();
    assert!(text.ends_with('\n'));
    for (number, line) in text.lines().enumerate() {
        let event: serde_json::Value = serde_json::from_str(line).expect("each line is a text of its own");
        assert_eq!(event["number"], number);
    }
    assert_eq!(text.lines().count(), 30_000);
}

#[test]
fn an_item_is_sent_when_it_is_there() {
    let service = service();
    let mut connection = service.connect();
    connection.request("GET", "/paced", &[], b"");
    connection.begin_reply().is(200);
    for number in 0..3 {
        service.request("POST", "/next", &[], "").is(200);
        assert_eq!(connection.next_chunk(), format!("{number}\n").as_bytes());
    }
}

#[test]
fn a_client_that_does_not_read_holds_the_stream_back() {
    const ITEMS: u64 = 2_000_000; // 86 MB
    let service = service();
    let mut connection = service.connect();
    connection.request("GET", &format!("/counted/{ITEMS}"), &[], b"");
    connection.begin_reply().is(200);
    let taken = settled(&service);
    // What the two sockets hold, and no more: some megabytes.
    assert!((1..ITEMS / 4).contains(&taken), "{taken} items were taken for a client that read none");
    let mut length = 0;
    loop {
        match connection.next_chunk() {
            chunk if chunk.is_empty() => break,
            chunk => length += chunk.len() as u64,
        }
    }
    assert_eq!(settled(&service), ITEMS);
    assert!(length > ITEMS * 40);
}

#[test]
fn a_client_that_goes_ends_the_stream() {
    let service = service();
    let mut connection = service.connect();
    connection.request("GET", "/counted/100000000", &[], b"");
    connection.begin_reply().is(200);
    drop(connection);
    service.get("/left").is(200);
}

#[test]
fn a_stream_that_fails_cuts_the_reply() {
    let service = service();
    let mut connection = service.connect();
    connection.request("GET", "/breaking/10000", &[], b"");
    connection.begin_reply().is(200);
    assert!(!connection.ends_whole(), "a reply that was cut looked whole");
    // With the first item the head is lost too: nothing had been sent.
    connection = service.connect();
    connection.request("GET", "/breaking/0", &[], b"");
    assert!(connection.is_closed());
    service.stderr().wait_for("hunter2");
}
