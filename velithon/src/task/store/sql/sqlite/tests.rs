use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Connection;

use super::*;
use crate::task::store::conformance::{Subject, new_task};

/// A folder of its own, which goes when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("velithon-sqlite-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("tasks.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

crate::task::store::conformance::suite!(async {
    let folder = Folder::new();
    let store = Arc::new(SqliteStore::open(folder.file(), true).await.unwrap());
    let clock = Arc::clone(&store);
    let subject = Subject::new(store, move |by| {
        clock.advance(by);
        Box::pin(async {})
    });
    subject.holding(folder)
});

#[tokio::test]
async fn tasks_outlive_their_process() {
    let folder = Folder::new();
    let task = new_task("a");
    let store = SqliteStore::open(folder.file(), true).await.unwrap();
    store.enqueue(std::slice::from_ref(&task)).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(folder.file(), false).await.unwrap();
    assert_eq!(store.inspect(&TaskFilter::one(task.id)).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn an_older_program_refuses_newer_tables_in_words() {
    let folder = Folder::new();
    SqliteStore::open(folder.file(), true).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(folder.file());
    let mut file = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE velithon_task_meta SET schema_version = 99").execute(&mut file).await.unwrap();
    let error = SqliteStore::open(folder.file(), true).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
    assert!(error.to_string().contains("version 99"), "{error}");
}

#[tokio::test]
async fn tables_are_not_made_unasked() {
    let folder = Folder::new();
    let error = SqliteStore::open(folder.file(), false).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
}

#[tokio::test]
async fn a_task_is_kept_with_the_rows_of_its_transaction_or_not_at_all() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file(), true).await.unwrap();
    let options = SqliteConnectOptions::new().filename(folder.file()).busy_timeout(BUSY);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE users (id INTEGER)").execute(&pool).await.unwrap();
    for commit in [true, false] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO users VALUES (7)").execute(&mut *transaction).await.unwrap();
        store.enqueue_in(TxHandle::Sqlite(&mut transaction), &[new_task("a")]).await.unwrap();
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
    }
    assert_eq!(store.inspect(&TaskFilter::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_transaction_on_another_database_is_refused() {
    let (here, there) = (Folder::new(), Folder::new());
    let store = SqliteStore::open(here.file(), true).await.unwrap();
    let options = SqliteConnectOptions::new().filename(there.file()).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    let error = store.enqueue_in(TxHandle::Sqlite(&mut transaction), &[new_task("a")]).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::OtherDatabase);
}

#[tokio::test]
async fn two_processes_share_one_file() {
    let folder = Folder::new();
    let one = SqliteStore::open(folder.file(), true).await.unwrap();
    let other = SqliteStore::open(folder.file(), true).await.unwrap();
    let tasks: Vec<NewTask> = (0..50).map(|_| new_task("a")).collect();
    one.enqueue(&tasks).await.unwrap();
    let queue = QueueName::from("default");
    let lease = Duration::from_secs(30);
    let mut claimed = Vec::new();
    for _ in 0..10 {
        for store in [&one, &other] {
            let claims = store.claim(&queue, 5, WorkerId::new(), lease).await.unwrap();
            claimed.extend(claims.taken.into_iter().map(|claim| claim.at.id));
        }
    }
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), 50);
}
