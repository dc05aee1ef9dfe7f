//! A small shop on a SQLite file of its own: `cargo run -p shop`, then `curl http://127.0.0.1:8000/api/v1/users`.
//!
//! It shows what a service of several files looks like: settings, a database as a provider, a cache chosen by
//! configuration, routes grouped by a module, a controller and a resource, a generic resource mounted twice, a value
//! that lives as long as a request, and middleware in an order that does not depend on where it is written.

mod cache;
mod catalog;
mod database;
mod middleware;
mod orders;
mod page;
mod products;
#[cfg(test)]
mod tests;
mod users;

use velithon::prelude::*;

#[global_allocator]
static ALLOCATOR: velithon::MiMalloc = velithon::MiMalloc;

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.resource::<catalog::Table<catalog::Category>>("/categories")
        .resource::<catalog::Table<catalog::Supplier>>("/suppliers")
        .run()
        .await
}
