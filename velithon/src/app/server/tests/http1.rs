//! Requests of HTTP/1.1.

use super::*;

#[tokio::test]
async fn one_connection_serves_one_request_after_the_other() {
    let server = start(settings());
    let mut client = server.connect().await;
    for path in ["/a", "/b", "/c"] {
        client.get(path).await;
        assert_eq!(client.body().await, path);
    }
    assert_eq!(server.stop().await.exit_code(), 0);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let server = start(settings());
    let mut client = server.connect().await;
    let requests: Vec<_> = (0..40).map(|n| format!("GET /{n} HTTP/1.1\r\nhost: x\r\n\r\n")).collect();
    client.send(&requests.concat()).await;
    for n in 0..40 {
        assert_eq!(client.body().await, format!("/{n}"));
    }
}

#[tokio::test]
async fn a_reply_of_a_pipeline_does_not_wait_for_a_slow_one_behind_it() {
    let server = start(settings());
    let mut client = server.connect().await;
    client
        .send("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\nGET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET /c HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    server.entered().await;
    assert_eq!((client.body().await, client.body().await), ("/a".into(), "/b".into()));
    server.release();
    assert_eq!((client.body().await, client.body().await), ("slow".into(), "/c".into()));
}

#[tokio::test]
async fn a_stream_in_a_pipeline_is_sent_as_it_comes() {
    let server = start(settings());
    let mut client = server.connect().await;
    let echo = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n";
    client.send(&format!("GET /a HTTP/1.1\r\nhost: x\r\n\r\n{echo}")).await;
    assert_eq!(client.body().await, "/a");
    client.reply().await;
    // Each piece comes back before the next is sent.
    for piece in ["a", "b", "c"] {
        let mut frame = [0; 6];
        soon(client.0.read_exact(&mut frame)).await.unwrap();
        assert_eq!(frame, format!("1\r\n{piece}\r\n").as_bytes());
        let next = char::from(piece.as_bytes()[0] + 1);
        client.send(&format!("1\r\n{next}\r\n")).await;
    }
}

#[tokio::test]
async fn a_panic_in_a_pipeline_keeps_the_replies_before_it() {
    let server = start(settings());
    let mut client = server.connect().await;
    client.send("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\nGET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!((client.body().await, client.body().await), ("/a".into(), "/b".into()));
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn pipelined_replies_larger_than_a_batch_arrive_whole() {
    let server = start(settings());
    let mut client = server.connect().await;
    let paths: Vec<_> = (0..8).map(|n| format!("/{n}{}", "x".repeat(7000))).collect();
    let requests: String = paths.iter().map(|path| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).collect();
    client.send(&requests).await;
    for path in paths {
        assert_eq!(client.body().await, path);
    }
}

#[tokio::test]
async fn a_client_that_leaves_drops_its_handler() {
    let server = start(settings());
    let mut client = server.connect().await;
    client.get("/hang").await;
    server.entered().await;
    drop(client);
    soon(server.app.0.dropped.acquire()).await.unwrap().forget();
    assert_eq!(server.stop().await.exit_code(), 0);
}

#[tokio::test]
async fn a_body_is_streamed_through() {
    let server = start(settings());
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhel").await;
    client.send("lo").await;
    assert_eq!(client.body().await, "hello");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_with_431() {
    let server = start(ServerSettings { max_header_bytes: 1024, ..settings() });
    let mut client = server.connect().await;
    client.send(&format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(1024))).await;
    assert!(client.rest().await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_client_that_still_sends_gets_to_read_its_refusal() {
    let server = start(settings());
    let upload = "x".repeat(4 << 20);
    let unread = format!("POST /refuse HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{upload}", upload.len());
    let endless = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {upload}");
    for (request, begin, end) in [(unread, "HTTP/1.1 200 ", "refused"), (endless, "HTTP/1.1 431 ", "")] {
        let mut client = server.connect().await;
        client.send(&request).await;
        let reply = client.reply().await;
        assert!(reply.starts_with(begin) && reply.ends_with(end), "{reply}");
    }
}

#[tokio::test]
async fn a_connection_can_be_upgraded_and_outlives_idle_times() {
    let server = start(ServerSettings { keep_alive: Duration::from_millis(20), ..settings() });
    let mut client = server.connect().await;
    client.send("GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n").await;
    assert!(client.reply().await.starts_with("HTTP/1.1 101 "));
    assert_eq!(server.shutdown.live(Kind::Upgrade), 1);
    // A connection that is not upgraded, opened later, sees its idle time pass first.
    assert_eq!(server.connect().await.rest().await, "");
    client.send("hello").await;
    let mut echo = [0; 5];
    soon(client.0.read_exact(&mut echo)).await.unwrap();
    assert_eq!(&echo, b"hello");
}

#[tokio::test]
async fn a_handler_learns_both_ends_of_its_connection() {
    for host in ["127.0.0.1", "0.0.0.0"] {
        let server = start(ServerSettings { host: host.to_owned(), ..settings() });
        let port = server.address().port();
        let mut client = Client(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        client.get("/peer").await;
        let own = client.0.local_addr().unwrap();
        assert_eq!(client.body().await, format!("{own} to 127.0.0.1:{port}"));
    }
}

#[tokio::test]
async fn more_requests_than_allowed_are_turned_away_with_a_hint_when_to_return() {
    for runtime in [RuntimeKind::PerCore, RuntimeKind::WorkStealing] {
        let server = start(ServerSettings { max_in_flight: 1, runtime, ..settings() });
        let (mut first, mut second) = (server.connect().await, server.connect().await);
        first.get("/slow").await;
        server.entered().await;
        second.get("/").await;
        let refusal = second.reply().await;
        assert!(refusal.starts_with("HTTP/1.1 503 "), "{refusal}");
        assert!(refusal.contains("\r\nretry-after: 1\r\n"), "{refusal}");
        assert!(refusal.contains("\r\ncontent-type: application/problem+json\r\n"), "{refusal}");
        server.release();
        assert_eq!(first.body().await, "slow");
        second.get("/again").await;
        assert_eq!(second.body().await, "/again");
    }
}
