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
        .send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /slow HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n")
        .await;
    server.entered().await;
    assert_eq!((client.body().await, client.body().await), ("/a".into(), "/b".into()));
    server.release();
    assert_eq!((client.body().await, client.body().await), ("slow".into(), "/c".into()));
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
    client.send("POST /echo HTTP/1.1\r\ncontent-length: 5\r\n\r\nhel").await;
    client.send("lo").await;
    assert_eq!(client.body().await, "hello");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_with_431() {
    let server = start(ServerSettings { max_header_bytes: 1024, ..settings() });
    let mut client = server.connect().await;
    client.send(&format!("GET / HTTP/1.1\r\nx-long: {}\r\n\r\n", "a".repeat(1024))).await;
    assert!(client.rest().await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_connection_can_be_upgraded_and_outlives_idle_times() {
    let server = start(ServerSettings { keep_alive: Duration::from_millis(20), ..settings() });
    let mut client = server.connect().await;
    client.send("GET /upgrade HTTP/1.1\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n").await;
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
