//! Slow heads and idle connections.

use std::time::Instant;

use super::*;

/// Long enough for a client to send a whole request on a busy machine.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_slow_head_is_answered_with_408_and_closed() {
    let server = start(ServerSettings { head_timeout: SHORT, keep_alive: LONG, ..settings() });
    for beginning in ["G", "GET / HTTP/1.1\r\nhost: x\r\n", "PRI * HTTP/2.0\r\n"] {
        let mut client = server.connect().await;
        let begun = Instant::now();
        client.send(beginning).await;
        let refusal = client.rest().await;
        assert!(begun.elapsed() >= SHORT);
        assert!(refusal.starts_with("HTTP/1.1 408 "), "{refusal}");
        assert!(refusal.contains("\r\nconnection: close\r\n"), "{refusal}");
        assert!(refusal.contains("\r\ndate: "), "{refusal}");
    }
}

#[tokio::test]
async fn dripping_bytes_does_not_extend_the_time_of_a_head() {
    let server = start(ServerSettings { head_timeout: SHORT, keep_alive: LONG, ..settings() });
    let (mut read, mut write) = server.connect().await.0.into_split();
    let drip = tokio::spawn(async move {
        write.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        while write.write_all(b"x: y\r\n").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let mut refusal = [0; 12];
    soon(read.read_exact(&mut refusal)).await.unwrap();
    assert_eq!(&refusal, b"HTTP/1.1 408");
    drip.abort();
}

#[tokio::test]
async fn a_slow_head_is_noticed_on_a_used_connection_and_behind_a_pipelined_request() {
    let server = start(ServerSettings { head_timeout: SHORT, keep_alive: LONG, ..settings() });
    let mut used = server.connect().await;
    used.get("/").await;
    used.reply().await;
    used.send("GET /next HT").await;
    assert!(used.rest().await.starts_with("HTTP/1.1 408 "));

    let mut pipelined = server.connect().await;
    pipelined.send("GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /next HT").await;
    assert!(pipelined.reply().await.starts_with("HTTP/1.1 200 "));
    assert!(pipelined.rest().await.starts_with("HTTP/1.1 408 "));
}

#[tokio::test]
async fn a_slow_handler_is_not_taken_for_a_slow_head_or_an_idle_client() {
    let server = start(ServerSettings { head_timeout: SHORT, keep_alive: SHORT, ..settings() });
    let mut client = server.connect().await;
    client.get("/slow").await;
    server.entered().await;
    // Other connections, begun later, run into both limits meanwhile.
    for beginning in ["", "GET"] {
        let mut other = server.connect().await;
        other.send(beginning).await;
        other.rest().await;
    }
    server.release();
    assert_eq!(client.body().await, "slow");
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    for runtime in [RuntimeKind::PerCore, RuntimeKind::WorkStealing] {
        let server = start(ServerSettings { keep_alive: SHORT, runtime, ..settings() });
        let mut fresh = server.connect().await;
        assert_eq!(fresh.rest().await, "");

        let mut used = server.connect().await;
        let mut last = Instant::now();
        for _ in 0..3 {
            last = Instant::now();
            used.get("/").await;
            used.reply().await;
        }
        assert_eq!(used.rest().await, "");
        assert!(last.elapsed() >= SHORT, "{:?}", last.elapsed());
    }
}
