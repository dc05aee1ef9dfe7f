//! The service in axum, served as axum's guide says.

use velithon_load::{address, axum_app};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(address()).await?;
    axum::serve(listener, axum_app::router()).await
}
