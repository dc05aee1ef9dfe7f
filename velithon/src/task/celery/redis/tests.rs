//! The suite of every store, over a Redis of its own for each test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::RedisStore;
use crate::task::celery::CelerySettings;
use crate::task::store::conformance::Subject;

/// A Redis in a folder of its own, reached over a socket file; ends when it is dropped.
struct Server {
    child: Child,
    folder: PathBuf,
}

impl Server {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("velithon-redis-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning", "--unixsocket"])
            .arg(folder.join("socket"))
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server; help: apt-get install redis-server");
        let server = Self { child, folder };
        while tokio::net::UnixStream::connect(server.folder.join("socket")).await.is_err() {
            tokio::task::yield_now().await;
        }
        server
    }

    fn url(&self, database: u8) -> String {
        format!("redis+unix://{}?db={database}", self.folder.join("socket").display())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn subject() -> Subject {
    let server = Server::start().await;
    let settings = CelerySettings {
        url: server.url(0),
        results: Some(server.url(1)),
        queue: "celery".to_owned(),
        serve: ["default", "mail", "twice"].map(Into::into).to_vec(),
        ..CelerySettings::default()
    };
    let store = RedisStore::connect(settings).await.expect("a store");
    Subject::new(Arc::new(store), |by| Box::pin(tokio::time::sleep(by.min(std::time::Duration::from_secs(5)))))
        .holding(server)
}

crate::task::store::conformance::suite!(subject());
