//! Requests of HTTP/2, by prior knowledge.

use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::TokioExecutor;

use super::*;

type Sender = SendRequest<Empty<Bytes>>;

async fn connect(server: &Running) -> (Sender, JoinHandle<Result<(), hyper::Error>>) {
    let io = TokioIo::new(server.connect().await.0);
    let (sender, connection) = handshake(TokioExecutor::new(), io).await.unwrap();
    (sender, tokio::spawn(connection))
}

async fn get(sender: &mut Sender, path: &str) -> Result<(StatusCode, Bytes), hyper::Error> {
    let request = Request::get(format!("http://x{path}")).body(Empty::new()).unwrap();
    let response = soon(sender.send_request(request)).await?;
    Ok((response.status(), soon(response.into_body().collect()).await?.to_bytes()))
}

#[tokio::test]
async fn http2_needs_no_upgrade() {
    let server = start(settings());
    let (mut sender, _connection) = connect(&server).await;
    assert_eq!(get(&mut sender, "/a").await.unwrap(), (StatusCode::OK, Bytes::from("/a")));
    assert_eq!(get(&mut sender, "/b").await.unwrap(), (StatusCode::OK, Bytes::from("/b")));
}

#[tokio::test]
async fn a_preface_in_two_pieces_is_still_http2() {
    let server = start(settings());
    let mut client = server.connect().await;
    client.send("PRI * HTTP/2.0\r\n\r").await;
    client.send("\nSM\r\n\r\n").await;
    client.0.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    // The server's SETTINGS frame comes first (RFC 9113, section 3.4).
    let mut head = [0; 9];
    soon(client.0.read_exact(&mut head)).await.unwrap();
    assert_eq!(head[3], 4);
}

#[tokio::test]
async fn a_request_under_way_outlives_the_goodbye_and_later_ones_are_refused() {
    let server = start(settings());
    let (mut sender, connection) = connect(&server).await;
    let slow = tokio::spawn({
        let mut sender = sender.clone();
        async move { get(&mut sender, "/slow").await }
    });
    server.entered().await;
    server.shutdown.begin();
    server.shutdown.draining().await;
    let refused = loop {
        // Streams opened before the GOAWAY arrives are still served.
        if let Err(error) = get(&mut sender, "/late").await {
            break error;
        }
    };
    assert!(!refused.is_timeout());
    server.release();
    assert_eq!(slow.await.unwrap().unwrap().1, "slow");
    soon(connection).await.unwrap().unwrap();
    assert_eq!(server.ended().await.exit_code(), 0);
}

#[tokio::test]
async fn an_idle_connection_is_told_to_leave() {
    for keep_alive in [Duration::from_millis(20), Duration::from_secs(3600)] {
        let server = start(ServerSettings { keep_alive, ..settings() });
        let (mut sender, connection) = connect(&server).await;
        if keep_alive > Duration::from_secs(1) {
            get(&mut sender, "/").await.unwrap();
            server.shutdown.begin();
        }
        soon(connection).await.unwrap().unwrap();
        assert_eq!(server.stop().await.exit_code(), 0);
    }
}

#[tokio::test]
async fn every_stream_that_is_cut_is_counted_and_its_handler_dropped() {
    for runtime in [RuntimeKind::PerCore, RuntimeKind::WorkStealing] {
        let server = start(ServerSettings { runtime, ..settings() });
        let (sender, _connection) = connect(&server).await;
        for _ in 0..3 {
            let mut sender = sender.clone();
            tokio::spawn(async move { get(&mut sender, "/hang").await });
            server.entered().await;
        }
        let gates = server.app.0.clone();
        server.shutdown.begin();
        server.shutdown.cancel();
        assert_eq!(server.ended().await.cut, [(Kind::Request, 3)]);
        soon(gates.dropped.acquire_many(3)).await.unwrap().forget();
    }
}

#[tokio::test]
async fn a_panic_resets_its_stream_and_no_other() {
    let server = start(settings());
    let (mut sender, _connection) = connect(&server).await;
    assert!(get(&mut sender, "/panic").await.is_err());
    assert_eq!(get(&mut sender, "/a").await.unwrap().1, "/a");
}
