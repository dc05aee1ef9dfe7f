//! Lists, short and long.

use crate::{is_as_its_model, service};

#[test]
fn a_list_of_any_length_is_the_text_of_the_sequential_encoding() {
    let service = service();
    for count in [0, 1, 100, 2_000, 3_000, 5_000, 50_000] {
        is_as_its_model(&service, &format!("/rows/{count}"));
    }
}

#[test]
fn a_short_list_has_a_length_and_a_long_one_is_sent_in_chunks() {
    let service = service();
    let short = service.get("/rows/100").is(200);
    assert_eq!(short.header("content-length"), Some(&*short.body.len().to_string()), "{short}");
    let long = service.get("/rows/50000").is(200);
    assert_eq!((long.header("content-length"), long.header("transfer-encoding")), (None, Some("chunked")));
}

#[test]
fn a_list_inside_a_tuple_is_encoded_like_any_other() {
    let service = service();
    for count in [3, 50_000] {
        let reply = service.get(&format!("/batch/{count}")).is(202).has("x-count", &count.to_string());
        assert!(reply.body == service.get(&format!("/model/rows/{count}")).body, "{count} rows differ");
    }
}

#[test]
fn one_connection_carries_long_lists_one_after_another() {
    let service = service();
    let model = service.get("/model/rows/20000").body;
    let mut connection = service.connect();
    for _ in 0..3 {
        connection.request("GET", "/rows/20000", &[], b"");
        assert!(connection.reply().is(200).body == model);
    }
    connection.request("HEAD", "/rows/20000", &[], b"");
    assert!(connection.reply_to("HEAD").is(200).body.is_empty());
    connection.request("GET", "/rows/1", &[], b"");
    assert_eq!(connection.reply().text(), service.get("/model/rows/1").text());
}

#[test]
fn a_fault_among_the_first_rows_is_a_500_that_says_nothing() {
    let service = service();
    let problem = service.get("/faulty/0").is_problem(500);
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
}

#[test]
fn a_fault_further_on_cuts_the_reply_and_nothing_else() {
    let service = service();
    let mut connection = service.connect();
    connection.request("GET", "/faulty/90000", &[], b"");
    connection.begin_reply().is(200);
    assert!(!connection.ends_whole(), "a reply that was cut looked whole");
    service.stderr().wait_for("a JSON reply is cut off");
    is_as_its_model(&service, "/rows/50000");
}
