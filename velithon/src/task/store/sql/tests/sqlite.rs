//! SQLite files in temporary folders.

use std::sync::Arc;

use sqlx::{ConnectOptions, Connection};

use crate::task::store::SqlStore;
use crate::task::store::conformance::Subject;
use crate::task::time::micros;

/// A folder that is gone with its holder.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("velithon-tasks-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.join("tasks.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn subject() -> Subject {
    let folder = Folder::new();
    let store = SqlStore::sqlite(folder.file()).await.unwrap();
    let file = folder.file();
    let advance = move |by| {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
        let shift = include_str!("shift.sql");
        Box::pin(async move {
            let mut connection = options.connect().await.unwrap();
            sqlx::query(shift).bind(micros(by)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }) as crate::inject::BoxFuture<'static, ()>
    };
    Subject::new(Arc::new(store), advance).holding(folder)
}

crate::task::store::conformance::suite!(subject());
