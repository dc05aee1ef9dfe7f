//! Pingora as its own guide begins: every request to one upstream, one thread.

use async_trait::async_trait;
use pingora::prelude::*;
use pingora::proxy::http_proxy_service;

struct Everything {
    origin: String,
}

#[async_trait]
impl ProxyHttp for Everything {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _session: &mut Session, _context: &mut ()) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.origin.as_str(), false, String::new())))
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        _context: &mut (),
    ) -> Result<()> {
        // What the other proxies tell the upstream too.
        if let Some(client) = session.client_addr().and_then(|address| address.as_inet()) {
            request.insert_header("x-forwarded-for", client.ip().to_string())?;
        }
        if let Some(host) = request.headers.get("host").cloned() {
            request.insert_header("x-forwarded-host", host)?;
        }
        request.insert_header("x-forwarded-proto", "http")?;
        request.insert_header("host", self.origin.as_str())
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let origin = std::env::var("ORIGIN")?;
    let mut server = Server::new(None)?;
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Everything { origin });
    service.add_tcp(&velithon_load::address().to_string());
    server.add_service(service);
    server.run_forever();
}
