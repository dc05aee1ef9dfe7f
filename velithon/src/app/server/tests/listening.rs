//! Where a server listens.

use super::*;

#[test]
fn a_taken_port_is_a_fault_that_says_what_to_type() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let fault = Server::bind(ServerSettings { port, ..settings() }).unwrap_err();
    assert_eq!(fault.what, format!("the server cannot listen on 127.0.0.1:{port}"));
    assert!(fault.why.contains(&port.to_string()), "{fault}");
    assert!(fault.help.contains("VELITHON_SERVER__PORT"), "{fault}");
}

#[test]
fn a_second_server_does_not_share_the_port_of_the_first() {
    let first = Server::bind(settings()).unwrap();
    let port = first.addresses()[0].port().unwrap();
    assert!(Server::bind(ServerSettings { port, ..settings() }).is_err());
}

#[test]
fn a_host_this_machine_does_not_have_is_a_fault() {
    for host in ["192.0.2.1", "no-such-host.invalid"] {
        let fault = Server::bind(ServerSettings { host: host.to_owned(), ..settings() }).unwrap_err();
        assert!(fault.help.contains("VELITHON_SERVER__HOST"), "{fault}");
    }
}

#[tokio::test]
async fn a_port_can_be_taken_again_right_after_the_end() {
    let server = start(settings());
    let port = server.address().port();
    let mut client = server.connect().await;
    client.get("/").await;
    client.reply().await;
    // The server closes first, so its end of the connection stays in TIME_WAIT.
    server.stop().await;
    Server::bind(ServerSettings { port, ..settings() }).unwrap();
}

#[cfg(unix)]
mod unix {
    use std::path::PathBuf;

    use tokio::net::{UnixListener, UnixStream};

    use super::*;

    /// A path for a socket, gone with the test.
    struct Path(PathBuf);

    impl Path {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("velithon-{}-{name}", std::process::id())))
        }

        fn settings(&self) -> ServerSettings {
            ServerSettings { unix: Some(self.0.clone()), ..settings() }
        }
    }

    impl Drop for Path {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[tokio::test]
    async fn a_unix_socket_is_served_by_all_threads_and_its_file_removed() {
        for runtime in [RuntimeKind::PerCore, RuntimeKind::WorkStealing] {
            let path = Path::new("served");
            let server = start(ServerSettings { runtime, ..path.settings() });
            assert_eq!(server.addresses[0].to_string(), format!("unix:{}", path.0.display()));
            let mut threads = std::collections::HashSet::new();
            for _ in 0..4 {
                let mut client = Client(UnixStream::connect(&path.0).await.unwrap());
                client.get("/thread").await;
                threads.insert(client.body().await);
            }
            assert_eq!(threads.len(), if runtime == RuntimeKind::PerCore { 2 } else { 1 });
            server.stop().await;
            assert!(!path.0.exists());
        }
    }

    #[test]
    fn the_file_of_a_dead_server_is_replaced() {
        let path = Path::new("stale");
        drop(std::os::unix::net::UnixListener::bind(&path.0).unwrap());
        assert!(path.0.exists());
        Server::bind(path.settings()).unwrap();
    }

    #[tokio::test]
    async fn the_file_of_a_living_server_is_not() {
        let path = Path::new("living");
        let _living = UnixListener::bind(&path.0).unwrap();
        let fault = Server::bind(path.settings()).unwrap_err();
        assert!(fault.why.contains("another process already listens"), "{fault}");
        assert!(path.0.exists());
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let path = Path::new("file");
        std::fs::write(&path.0, "mine").unwrap();
        let fault = Server::bind(path.settings()).unwrap_err();
        assert!(fault.why.contains("no socket"), "{fault}");
        assert_eq!(std::fs::read_to_string(&path.0).unwrap(), "mine");
    }
}
