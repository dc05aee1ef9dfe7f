//! A server for all tests of this program, and a schema of its own for each.

use std::sync::{Arc, OnceLock};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::task::settings::Migrate;
use crate::task::store::SqlStore;
use crate::task::store::conformance::Subject;
use crate::task::time::micros;

#[expect(dead_code, reason = "the tests of this crate use a part of it")]
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
