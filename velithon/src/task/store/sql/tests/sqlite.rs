//! SQLite files in temporary folders.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlitePool};

use super::oracle;
use crate::task::id::WorkerId;
use crate::task::settings::{Migrate, TasksSection};
use crate::task::store::conformance::{Subject, new_task};
use crate::task::store::{NewTask, SqlStore, StoreFault, TaskFilter, TaskStore, TxEnqueue, TxHandle};
use crate::task::time::micros;

/// A folder that is gone with its holder.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("velithon-tasks-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("tasks.db")
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.file()).create_if_missing(true)
    }

    async fn store(&self) -> SqlStore {
        SqlStore::sqlite(self.file()).await.unwrap()
    }

    async fn execute(&self, script: &'static str) {
        let mut connection = self.options().connect().await.unwrap();
        sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
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
        let options = SqliteConnectOptions::new().filename(&file);
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

#[test]
fn it_says_what_the_memory_store_says() {
    oracle::says_what_the_memory_store_says(48, || Box::pin(subject()));
}

#[tokio::test]
async fn tasks_outlive_their_process() {
    let folder = Folder::new();
    let (task, store) = (new_task("a"), folder.store().await);
    store.enqueue(std::slice::from_ref(&task)).await.unwrap();
    store.close().await;
    let store = SqlStore::file(folder.options(), Migrate::Manual).await.unwrap();
    assert_eq!(store.inspect(&TaskFilter::one(task.id)).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_closed_store_leaves_one_file_and_answers_no_more() {
    let folder = Folder::new();
    let store = folder.store().await;
    store.enqueue(&[new_task("a")]).await.unwrap();
    store.close().await;
    let files: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["tasks.db"], "the write-ahead log is in the file");
    assert_eq!(store.enqueue(&[new_task("b")]).await.unwrap_err().fault(), StoreFault::Unavailable);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let url = Some(crate::config::Secret::new("sqlite:/nowhere/at/all/tasks.db".to_owned()));
    let error = SqlStore::of_file(&TasksSection { url, ..TasksSection::default() }).await.unwrap_err();
    assert!(error.help().is_some_and(|help| help.contains("folder")), "{error}");
}

#[tokio::test]
async fn an_older_program_refuses_newer_tables_in_words() {
    let folder = Folder::new();
    folder.store().await.close().await;
    folder.execute("UPDATE velithon_task_meta SET schema_version = 99").await;
    let error = SqlStore::sqlite(folder.file()).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
    assert!(error.to_string().contains("version 99") && error.help().is_some(), "{error}");
}

#[tokio::test]
async fn tables_are_not_made_unasked() {
    let folder = Folder::new();
    let error = SqlStore::file(folder.options(), Migrate::Manual).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
    assert!(error.help().is_some_and(|help| help.contains("migrate = \"auto\"")), "{error}");
}

#[tokio::test]
async fn a_task_is_kept_with_the_rows_of_its_transaction_or_not_at_all() {
    let folder = Folder::new();
    let store = folder.store().await;
    folder.execute("CREATE TABLE users (id INTEGER)").await;
    let pool = SqlitePool::connect_with(folder.options()).await.unwrap();
    let (kept, dropped) = (new_task("a"), new_task("a"));
    for task in [&kept, &dropped] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO users VALUES (7)").execute(&mut *transaction).await.unwrap();
        store.enqueue_in(TxHandle::Sqlite(&mut transaction), std::slice::from_ref(task)).await.unwrap();
        if task.id == kept.id {
            transaction.commit().await.unwrap();
        }
    }
    let rows = store.inspect(&TaskFilter::default()).await.unwrap().items;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [kept.id]);
}

#[tokio::test]
async fn a_transaction_on_another_database_is_refused() {
    let (here, there, empty) = (Folder::new(), Folder::new(), Folder::new());
    let (store, _other) = (here.store().await, there.store().await);
    for folder in [there, empty] {
        let pool = SqlitePool::connect_with(folder.options()).await.unwrap();
        let mut transaction = pool.begin().await.unwrap();
        let error = store.enqueue_in(TxHandle::Sqlite(&mut transaction), &[new_task("a")]).await.unwrap_err();
        assert_eq!(error.fault(), StoreFault::OtherDatabase, "{error}");
    }
}

#[tokio::test]
async fn two_stores_share_one_file() {
    let folder = Folder::new();
    let (one, other) = (folder.store().await, folder.store().await);
    let tasks: Vec<NewTask> = (0..50).map(|_| new_task("a")).collect();
    one.enqueue(&tasks).await.unwrap();
    let mut claimed = Vec::new();
    for store in [&one, &other].into_iter().cycle().take(20) {
        let claims = store.claim(&"default".into(), 5, WorkerId::new(), Duration::from_secs(30)).await.unwrap();
        claimed.extend(claims.taken.into_iter().map(|claim| claim.at.id));
    }
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), 50);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_what_was_kept_stays() {
    let folder = Folder::new();
    folder.store().await.close().await;
    let store = SqlStore::file(folder.options().pragma("max_page_count", "60"), Migrate::Auto).await.unwrap();
    let (mut kept, task) = (0, || NewTask { payload: vec![b' '; 8192].into(), ..new_task("a") });
    let error = loop {
        match store.enqueue(&[task(), task()]).await {
            Ok(_) => kept += 2,
            Err(error) => break error,
        }
        assert!(kept < 100, "60 pages hold less");
    };
    assert_eq!(error.fault(), StoreFault::Full, "{error}");
    assert!(error.is_passing());
    let rows = store.inspect(&TaskFilter::default()).await.unwrap().items;
    assert_eq!(rows.len(), kept, "nothing of the call that failed");
    // Where there is no room for a new task, an old one may still end.
    let claims = store.claim(&"default".into(), 1, WorkerId::new(), Duration::from_secs(30)).await.unwrap().taken;
    assert_eq!(claims.len(), 1);
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_nothing_half_done() {
    let folder = Folder::new();
    let store = folder.store().await;
    for _ in 0..50 {
        let tasks = [new_task("a"), new_task("b")];
        let gone = tokio::time::timeout(Duration::from_micros(100), store.enqueue(&tasks)).await;
        drop(gone);
    }
    store.enqueue(&[new_task("last")]).await.unwrap();
    let rows = store.inspect(&TaskFilter { limit: 1000, ..TaskFilter::default() }).await.unwrap().items;
    assert_eq!(rows.len() % 2, 1, "each pair is there as a whole, or is not");
}

#[tokio::test]
async fn an_error_with_a_nul_ends_its_task_all_the_same() {
    let folder = Folder::new();
    super::an_error_with_a_nul_ends_its_task_all_the_same(&folder.store().await).await;
}
