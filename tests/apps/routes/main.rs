//! The service that tests/routes.rs talks to: a corner for each promise about routes.

mod bodies;
mod captures;
mod errors;
mod extractors;
mod groups;
mod guards;
mod parameters;
mod replies;
mod switches;

velithon_tests::main!(|app| app.run().await);
