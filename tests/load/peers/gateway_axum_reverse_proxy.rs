//! axum-reverse-proxy as its own guide begins.

use axum::Router;
use axum_reverse_proxy::ReverseProxy;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let origin = std::env::var("ORIGIN")?;
    let app: Router = ReverseProxy::new("/", &format!("http://{origin}")).into();
    let listener = tokio::net::TcpListener::bind(velithon_load::address()).await?;
    Ok(axum::serve(listener, app).await?)
}
