//! Connections as such: how many there may be, where they run, and what a panic does to them.

use std::collections::HashSet;

use super::*;

#[tokio::test]
async fn connections_spread_over_the_threads() {
    let server = start(settings());
    let mut threads = HashSet::new();
    // Sixty-four connections on one of two threads: once in 2^63 runs.
    for _ in 0..64 {
        let mut client = server.connect().await;
        client.get("/thread").await;
        threads.insert(client.body().await);
    }
    assert_eq!(threads, HashSet::from(["velithon-0".to_owned(), "velithon-1".to_owned()]));
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_another_ends() {
    let server = start(ServerSettings { max_connections: 1, ..settings() });
    let mut first = server.connect().await;
    first.get("/first").await;
    first.reply().await;
    let mut second = server.connect().await;
    second.get("/second").await;
    // The first is still served, so the server is not merely slow; the second has no place yet.
    first.get("/again").await;
    assert_eq!(first.body().await, "/again");
    assert_eq!(server.shutdown.live(Kind::Connection), 1);
    drop(first);
    assert_eq!(second.body().await, "/second");
}

#[tokio::test]
async fn a_panic_ends_its_connection_and_nothing_else() {
    for runtime in [RuntimeKind::PerCore, RuntimeKind::WorkStealing] {
        let server = start(ServerSettings { threads: 1, runtime, ..settings() });
        let mut steady = server.connect().await;
        steady.get("/").await;
        steady.reply().await;
        let mut failing = server.connect().await;
        failing.get("/panic").await;
        assert_eq!(failing.rest().await, "");
        steady.get("/still").await;
        assert_eq!(steady.body().await, "/still");
        let mut later = server.connect().await;
        later.get("/later").await;
        assert_eq!(later.body().await, "/later");
        assert_eq!(server.stop().await.exit_code(), 0);
    }
}

#[tokio::test]
async fn connections_that_come_and_go_leave_nothing_behind() {
    let server = start(settings());
    for round in 0..200 {
        let mut client = server.connect().await;
        // Some leave without a word, some in the middle of a head, some in the middle of a reply.
        match round % 4 {
            0 => {}
            1 => client.send("GET / HT").await,
            2 => client.get("/").await,
            _ => {
                client.get("/").await;
                client.reply().await;
            }
        }
    }
    server.shutdown.begin();
    soon(server.shutdown.released(&[Kind::Connection, Kind::Request, Kind::Upgrade])).await;
    assert_eq!(server.ended().await, Summary::default());
}
