//! The graceful end, and the end that is not.

use std::io::ErrorKind;

use super::*;

const RUNTIMES: [RuntimeKind; 2] = [RuntimeKind::PerCore, RuntimeKind::WorkStealing];

/// Waits until nobody listens any more.
async fn refused(address: SocketAddr) {
    let refusal = async {
        loop {
            match TcpStream::connect(address).await {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    soon(refusal).await;
}

#[tokio::test]
async fn a_request_under_way_finishes_while_new_connections_are_refused() {
    for runtime in RUNTIMES {
        let server = start(ServerSettings { runtime, ..settings() });
        let mut client = server.connect().await;
        client.get("/slow").await;
        server.entered().await;
        server.shutdown.begin();
        refused(server.address()).await;
        server.release();
        let reply = client.reply().await;
        assert!(reply.ends_with("slow"), "{reply}");
        assert!(reply.contains("\r\nconnection: close\r\n"), "{reply}");
        assert_eq!(client.rest().await, "");
        assert_eq!(server.ended().await, Summary::default());
    }
}

#[tokio::test]
async fn idle_connections_are_closed_at_once() {
    for runtime in RUNTIMES {
        let server = start(ServerSettings { runtime, ..settings() });
        let (mut fresh, mut used) = (server.connect().await, server.connect().await);
        used.get("/").await;
        used.reply().await;
        server.shutdown.begin();
        assert_eq!((fresh.rest().await, used.rest().await), (String::new(), String::new()));
        assert_eq!(server.ended().await, Summary::default());
    }
}

#[tokio::test]
async fn a_head_that_had_begun_is_read_and_answered() {
    // On one thread a handler that has begun proves that the bytes sent before its request were read.
    let server = start(ServerSettings { threads: 1, ..settings() });
    let (mut fresh, mut used) = (server.connect().await, server.connect().await);
    used.get("/").await;
    used.reply().await;
    for client in [&mut fresh, &mut used] {
        client.send("GET /late HT").await;
    }
    let mut probe = server.connect().await;
    probe.get("/slow").await;
    server.entered().await;
    server.shutdown.begin();
    refused(server.address()).await;
    for client in [&mut fresh, &mut used] {
        client.send("TP/1.1\r\nhost: x\r\n\r\n").await;
        let reply = client.reply().await;
        assert!(reply.ends_with("/late") && reply.contains("\r\nconnection: close\r\n"), "{reply}");
    }
    server.release();
    assert_eq!(server.ended().await, Summary::default());
}

#[tokio::test]
async fn what_outlives_the_grace_period_is_cut_and_counted() {
    for runtime in RUNTIMES {
        let server = start(ServerSettings { grace: Duration::from_millis(50), runtime, ..settings() });
        let mut clients = [server.connect().await, server.connect().await];
        for client in &mut clients {
            client.get("/hang").await;
            server.entered().await;
        }
        let gates = server.app.0.clone();
        let summary = server.stop().await;
        assert_eq!(summary.cut, [(Kind::Request, 2)]);
        assert_eq!((summary.exit_code(), summary.to_string().as_str()), (1, "cut: 2 requests"));
        soon(gates.dropped.acquire_many(2)).await.unwrap().forget();
    }
}

#[tokio::test]
async fn a_second_order_cuts_at_once() {
    for pre_stop in [Duration::ZERO, Duration::from_secs(3600)] {
        let server = start(ServerSettings { pre_stop, ..settings() });
        let (mut busy, mut idle) = (server.connect().await, server.connect().await);
        idle.get("/").await;
        idle.reply().await;
        busy.get("/hang").await;
        server.entered().await;
        server.shutdown.begin();
        server.shutdown.cancel();
        assert_eq!(server.ended().await.cut, [(Kind::Request, 1)]);
        assert_eq!((busy.rest().await, idle.rest().await), (String::new(), String::new()));
    }
}

#[tokio::test]
async fn before_it_stops_the_server_goes_on_for_balancers_that_lag() {
    let server = start(ServerSettings { pre_stop: Duration::from_secs(3600), ..settings() });
    server.shutdown.begin();
    let mut client = server.connect().await;
    client.get("/late").await;
    assert_eq!(client.body().await, "/late");
    server.shutdown.cancel();
    server.ended().await;
}

#[tokio::test]
async fn an_upgraded_connection_is_waited_for_and_counted_when_cut() {
    const UPGRADE: &str = "GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    let server = start(settings());
    let mut client = server.connect().await;
    client.send(UPGRADE).await;
    client.reply().await;
    server.shutdown.begin();
    refused(server.address()).await;
    client.send("x").await;
    assert_eq!(soon(client.0.read_u8()).await.unwrap(), b'x');
    drop(client);
    assert_eq!(server.ended().await, Summary::default());

    let server = start(ServerSettings { grace: Duration::from_millis(50), ..settings() });
    let mut client = server.connect().await;
    client.send(UPGRADE).await;
    client.reply().await;
    assert_eq!(server.stop().await.cut, [(Kind::Upgrade, 1)]);
}

#[tokio::test]
async fn other_work_is_waited_for_too() {
    let server = start(settings());
    let task = server.shutdown.hold(Kind::Task);
    server.shutdown.begin();
    refused(server.address()).await;
    assert!(!server.end.is_finished());
    drop(task);
    assert_eq!(server.ended().await, Summary::default());
}

#[tokio::test]
async fn a_server_that_is_dropped_stops_listening() {
    let server = start(settings());
    let address = server.address();
    server.connect().await;
    server.end.abort();
    refused(address).await;
}
