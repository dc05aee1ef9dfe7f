//! A server for all tests of this program, and a schema of its own for each.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::oracle;
use crate::task::id::WorkerId;
use crate::task::settings::{Migrate, StoreKind, TasksSection};
use crate::task::store::conformance::{Subject, new_task};
use crate::task::store::{NewTask, SqlStore, StoreFault, TaskFilter, TaskStore, TxEnqueue, TxHandle};
use crate::task::time::micros;

#[expect(dead_code, unreachable_pub, reason = "it is made for other tests, and these use a part of it")]
#[path = "../../../../../../tests/support/postgres.rs"]
mod server;

/// The server ends with the program, whose end of the pipe it watches; so it may stand in a static.
fn options() -> PgConnectOptions {
    static SERVER: OnceLock<server::Postgres> = OnceLock::new();
    SERVER.get_or_init(server::Postgres::start).url("postgres").parse().unwrap()
}

/// A schema of its own.
async fn schema() -> PgConnectOptions {
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    execute(options(), format!("CREATE SCHEMA {name}")).await;
    options().options([("search_path", &name)])
}

async fn execute(options: PgConnectOptions, script: String) {
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn subject() -> Subject {
    let options = schema().await;
    let store = SqlStore::server(options.clone(), Migrate::Auto).await.unwrap();
    let advance = move |by| {
        let script = include_str!("shift.sql").replace("$1", &micros(by).to_string());
        Box::pin(execute(options.clone(), script)) as crate::inject::BoxFuture<'static, ()>
    };
    Subject::new(Arc::new(store), advance)
}

crate::task::store::conformance::suite!(subject());

#[test]
fn it_says_what_the_memory_store_says() {
    oracle::says_what_the_memory_store_says(24, || Box::pin(subject()));
}

async fn store(options: &PgConnectOptions) -> SqlStore {
    SqlStore::server(options.clone(), Migrate::Auto).await.unwrap()
}

#[tokio::test]
async fn an_older_program_refuses_newer_tables_in_words() {
    let options = schema().await;
    store(&options).await.close().await;
    execute(options.clone(), "UPDATE velithon_task_meta SET schema_version = 99".to_owned()).await;
    let error = SqlStore::server(options, Migrate::Auto).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
    assert!(error.to_string().contains("version 99") && error.help().is_some(), "{error}");
}

#[tokio::test]
async fn tables_are_not_made_unasked() {
    let error = SqlStore::server(schema().await, Migrate::Manual).await.unwrap_err();
    assert_eq!(error.fault(), StoreFault::Schema);
}

#[tokio::test]
async fn processes_that_start_together_make_the_tables_once() {
    let options = schema().await;
    let starts = (0..8).map(|_| SqlStore::server(options.clone(), Migrate::Auto));
    let stores = futures_util::future::join_all(starts).await;
    let ids: std::collections::HashSet<_> = stores.into_iter().map(|store| store.unwrap().id).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_task_is_kept_with_the_rows_of_its_transaction_or_not_at_all() {
    let options = schema().await;
    let store = store(&options).await;
    execute(options.clone(), "CREATE TABLE users (id bigint)".to_owned()).await;
    let pool = PgPool::connect_with(options).await.unwrap();
    let (kept, dropped) = (new_task("a"), new_task("a"));
    for task in [&kept, &dropped] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO users VALUES (7)").execute(&mut *transaction).await.unwrap();
        store.enqueue_in(TxHandle::Postgres(&mut transaction), std::slice::from_ref(task)).await.unwrap();
        if task.id == kept.id {
            transaction.commit().await.unwrap();
        }
    }
    let rows = store.inspect(&TaskFilter::default()).await.unwrap().items;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [kept.id]);
}

#[tokio::test]
async fn a_transaction_on_another_database_is_refused() {
    let (there, empty) = (schema().await, schema().await);
    let (store, _other) = (store(&schema().await).await, store(&there).await);
    for options in [there, empty] {
        let pool = PgPool::connect_with(options).await.unwrap();
        let mut transaction = pool.begin().await.unwrap();
        let error = store.enqueue_in(TxHandle::Postgres(&mut transaction), &[new_task("a")]).await.unwrap_err();
        assert_eq!(error.fault(), StoreFault::OtherDatabase, "{error}");
    }
}

/// Two stores are two processes: they share nothing but the server.
#[tokio::test]
async fn a_process_hears_of_the_tasks_of_another() {
    let options = schema().await;
    let (here, there) = (store(&options).await, store(&options).await);
    let mut wakes = here.wake();
    let heard = async {
        // The first hints may come before the listener listens.
        loop {
            there.enqueue(&[new_task("a")]).await.unwrap();
            if let Ok(Some(queue)) = tokio::time::timeout(Duration::from_millis(200), wakes.next()).await {
                return queue;
            }
        }
    };
    let queue = tokio::time::timeout(Duration::from_secs(10), heard).await.expect("a hint");
    assert_eq!(&*queue, "default");
}

#[tokio::test]
async fn a_committed_transaction_wakes_a_worker() {
    let options = schema().await;
    let (here, there) = (store(&options).await, store(&options).await);
    let pool = PgPool::connect_with(options).await.unwrap();
    let mut wakes = here.wake();
    let heard = async {
        loop {
            let mut transaction = pool.begin().await.unwrap();
            there.enqueue_in(TxHandle::Postgres(&mut transaction), &[new_task("a")]).await.unwrap();
            transaction.commit().await.unwrap();
            if let Ok(Some(queue)) = tokio::time::timeout(Duration::from_millis(200), wakes.next()).await {
                return queue;
            }
        }
    };
    let queue = tokio::time::timeout(Duration::from_secs(10), heard).await.expect("a hint");
    assert_eq!(&*queue, "default");
}

#[tokio::test]
async fn claims_at_once_hold_the_limit_of_a_queue() {
    let options = schema().await;
    let stores = [store(&options).await, store(&options).await, store(&options).await];
    let tasks: Vec<NewTask> = (0..100).map(|_| new_task("a")).collect();
    stores[0].enqueue(&tasks).await.unwrap();
    let settings = crate::task::store::QueueSettings { name: "default".into(), concurrency: Some(7), rate: None };
    stores[0].admin(&crate::task::store::AdminAction::Queue(settings)).await.unwrap();
    let queue = "default".into();
    let claims = (0..30).map(|number| stores[number % 3].claim(&queue, 5, WorkerId::new(), Duration::from_secs(30)));
    let taken = futures_util::future::join_all(claims).await;
    let taken: usize = taken.into_iter().map(|claims| claims.unwrap().taken.len()).sum();
    assert_eq!(taken, 7);
}

#[tokio::test]
async fn unique_tasks_at_once_are_one() {
    let options = schema().await;
    let stores = [store(&options).await, store(&options).await];
    let unique = || NewTask {
        unique: Some(crate::task::store::Unique { key: "one".to_owned(), within: None }),
        ..new_task("a")
    };
    let tasks: Vec<[NewTask; 1]> = (0..40).map(|_| [unique()]).collect();
    let kept =
        futures_util::future::join_all(tasks.iter().enumerate().map(|(number, task)| stores[number % 2].enqueue(task)));
    let rows: Vec<_> = kept.await.into_iter().map(|rows| rows.unwrap()[0]).collect();
    assert_eq!(rows.iter().filter(|row| !row.existing).count(), 1);
    assert!(rows.iter().all(|row| row.id == rows[0].id));
}

#[tokio::test]
async fn an_error_with_a_nul_ends_its_task_all_the_same() {
    super::an_error_with_a_nul_ends_its_task_all_the_same(&store(&schema().await).await).await;
}

#[tokio::test]
async fn a_section_without_a_url_is_told_what_to_write() {
    let section = TasksSection { store: StoreKind::Postgres, ..TasksSection::default() };
    let error = SqlStore::of_server(&section).await.unwrap_err();
    assert_eq!(error.help(), Some("add `url = \"postgres://user@host/database\"` under `[tasks]`"));
}

#[tokio::test]
async fn a_url_of_something_else_is_told() {
    let url = Some(crate::config::Secret::new("mysql://127.0.0.1/there".to_owned()));
    let section = TasksSection { store: StoreKind::Postgres, url, ..TasksSection::default() };
    let error = SqlStore::of_server(&section).await.unwrap_err();
    assert!(error.to_string().starts_with("`[tasks] url` is not one of this kind of database"), "{error}");
}
