//! TLS to upstreams: what is believed, what is sent, and what a client is told when it fails.
//!
//! Every certificate is made here, and every server listens on this machine as `localhost`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::prelude::*;
use crate::testing::TestReply;

#[upstream(targets = ["https://localhost:1"], retries = 0, breaker = "off")]
struct TlsOrigin;

#[gateway("/tls", upstream = TlsOrigin)]
struct TlsRoute;

/// An authority of our own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
}

/// A certificate and its key.
struct Identity {
    der: rustls::pki_types::CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Self { issuer: Issuer::new(params, key), pem, der }
    }

    fn signs(&self, name: &str) -> Identity {
        self.signs_with(name, |_| {})
    }

    fn signs_with(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { der: certificate.der().clone(), pem: certificate.pem(), key }
    }
}

/// A folder for certificates, gone with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let path = std::env::temp_dir().join(format!("velithon-tls-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        Path::display(&path).to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a server learned of one connection.
#[derive(Debug, Clone, Default, PartialEq)]
struct Met {
    name: Option<String>,
    protocol: Option<String>,
    /// Whether the client has shown a certificate.
    identified: bool,
    requests: usize,
}

/// A server that speaks TLS.
struct Server {
    port: u16,
    met: Arc<Mutex<Vec<Met>>>,
}

impl Server {
    async fn start(identity: &Identity, protocols: &[&str]) -> Self {
        Self::start_asking(identity, protocols, None).await
    }

    /// Asks clients for a certificate of `clients`.
    async fn start_asking(identity: &Identity, protocols: &[&str], clients: Option<&Authority>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der.clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
            None => builder.with_no_client_auth(),
        };
        let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
        let mut config = builder.with_single_cert(vec![identity.der.clone()], key).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, met) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<Met>>>::default());
        let shared = Arc::clone(&met);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&shared)));
            }
        });
        Self { port, met }
    }

    fn met(&self) -> Vec<Met> {
        self.met.lock().unwrap().clone()
    }

    /// How many requests reached it.
    fn requests(&self) -> usize {
        self.met().iter().map(|one| one.requests).sum()
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, met: Arc<Mutex<Vec<Met>>>) -> io::Result<()> {
    let stream = acceptor.accept(stream).await?;
    let number = {
        let session = stream.get_ref().1;
        let mut met = met.lock().unwrap();
        met.push(Met {
            name: session.server_name().map(str::to_owned),
            protocol: session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
            identified: session.peer_certificates().is_some(),
            requests: 0,
        });
        met.len() - 1
    };
    let service = hyper::service::service_fn(move |_| {
        met.lock().unwrap()[number].requests += 1;
        std::future::ready(Ok::<_, std::convert::Infallible>(http::Response::new("ok".to_owned())))
    });
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    Ok(())
}

/// Asks the server through the gateway, which has these further settings of the upstream.
async fn asked(app: TestApp, port: u16, settings: &[(&str, &str)]) -> TestReply {
    let app = app.set("upstream.tls_origin.targets", format!("[\"https://localhost:{port}\"]"));
    let set = |app: TestApp, (key, value): &(&str, &str)| app.set(&format!("upstream.tls_origin.{key}"), value);
    let app = settings.iter().fold(app, set).start().await;
    app.get("/tls").send().await
}

#[track_caller]
fn refused(reply: &TestReply, server: &Server) {
    let text = reply.assert_status(502).text().to_owned();
    assert!(text.contains("\"reason\":\"tls\""), "{text}");
    assert!(!text.contains("localhost"), "{text}");
    assert_eq!(server.requests(), 0);
}

/// Regression 35: https works.
#[crate::test]
async fn an_authority_of_ones_own_is_believed(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), &[]).await;
    let reply = asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await;
    assert_eq!(reply.assert_status(200).text(), "ok");
}

/// Regression 35: and verification is on.
#[crate::test]
async fn certificates_are_verified_though_nothing_says_so(app: TestApp) {
    let server = Server::start(&Authority::new().signs("localhost"), &[]).await;
    refused(&asked(app, server.port, &[]).await, &server);
}

#[crate::test]
async fn an_unknown_authority_is_refused(app: TestApp) {
    let (authority, other, folder) = (Authority::new(), Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), &[]).await;
    refused(&asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &other.pem))]).await, &server);
}

#[crate::test]
async fn a_certificate_for_another_name_is_refused(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("other.example"), &[]).await;
    refused(&asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await, &server);
}

#[crate::test]
async fn a_certificate_that_has_expired_is_refused(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let expired = authority.signs_with("localhost", |params| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    });
    let server = Server::start(&expired, &[]).await;
    refused(&asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await, &server);
}

#[crate::test]
async fn the_name_of_the_target_is_sent(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), &[]).await;
    asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await.assert_status(200);
    assert_eq!(server.met()[0].name.as_deref(), Some("localhost"));
}

#[crate::test]
async fn a_name_that_is_set_is_sent_and_verified_instead(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("inside.example"), &[]).await;
    let settings = [("tls.ca", &*folder.file("ca.pem", &authority.pem)), ("tls.sni", "inside.example")];
    asked(app, server.port, &settings).await.assert_status(200);
    assert_eq!(server.met()[0].name.as_deref(), Some("inside.example"));
}

#[crate::test]
async fn an_upstream_that_asks_who_we_are_is_shown_our_certificate(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let ca = folder.file("ca.pem", &authority.pem);
    let own = authority.signs("gateway.example");
    let (cert, key) = (folder.file("cert.pem", &own.pem), folder.file("key.pem", &own.key.serialize_pem()));
    let server = Server::start_asking(&authority.signs("localhost"), &[], Some(&authority)).await;
    let settings = [("tls.ca", &*ca), ("tls.cert", &*cert), ("tls.key", &*key)];
    asked(app, server.port, &settings).await.assert_status(200);
    assert!(server.met().iter().any(|one| one.identified && one.requests == 1), "{:?}", server.met());
}

#[crate::test]
async fn an_upstream_that_asks_who_we_are_lets_nobody_in_without_an_answer(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start_asking(&authority.signs("localhost"), &[], Some(&authority)).await;
    // In TLS 1.3 the client is done before the server looks at its certificate: it is told on the open connection.
    asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await.assert_status(502);
    assert_eq!(server.requests(), 0);
}

/// What was agreed on with a server that offers these protocols.
async fn agreed(app: TestApp, protocols: &[&str]) -> Option<String> {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), protocols).await;
    asked(app, server.port, &[("tls.ca", &folder.file("ca.pem", &authority.pem))]).await.assert_status(200);
    server.met()[0].protocol.clone()
}

#[crate::test]
async fn http_2_is_spoken_with_who_offers_it(app: TestApp) {
    assert_eq!(agreed(app, &["h2", "http/1.1"]).await.as_deref(), Some("h2"));
}

#[crate::test]
async fn http_1_is_spoken_with_who_offers_nothing_else(app: TestApp) {
    assert_eq!(agreed(app, &["http/1.1"]).await.as_deref(), Some("http/1.1"));
}

#[crate::test]
async fn http_2_that_is_demanded_is_not_replaced_by_http_1(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), &["http/1.1"]).await;
    let settings = [("tls.ca", &*folder.file("ca.pem", &authority.pem)), ("http", "h2")];
    refused(&asked(app, server.port, &settings).await, &server);
}

#[crate::test]
async fn a_pinned_key_is_believed(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let identity = authority.signs("localhost");
    let server = Server::start(&identity, &[]).await;
    let settings = [("tls.ca", &*folder.file("ca.pem", &authority.pem)), ("tls.pin", &*pin(&identity))];
    asked(app, server.port, &settings).await.assert_status(200);
}

#[crate::test]
async fn another_key_than_the_pinned_one_is_refused_though_its_certificate_is_good(app: TestApp) {
    let (authority, folder) = (Authority::new(), Folder::new());
    let server = Server::start(&authority.signs("localhost"), &[]).await;
    let other = pin(&authority.signs("localhost"));
    let settings = [("tls.ca", &*folder.file("ca.pem", &authority.pem)), ("tls.pin", &*other)];
    refused(&asked(app, server.port, &settings).await, &server);
}

/// The SHA-256 of a public key in base64, as curl writes it.
fn pin(identity: &Identity) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let certificate = webpki::EndEntityCert::try_from(&identity.der).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate.subject_public_key_info().as_ref());
    let mut text = String::from("sha256//");
    for part in digest.as_ref().chunks(3) {
        let bits = part.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        let digit = |place: usize| char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]);
        text.extend((0..=part.len()).map(digit));
    }
    text + "="
}

#[crate::test]
async fn a_server_that_speaks_no_tls_is_refused(app: TestApp) {
    let upstream = super::upstream::Upstream::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    });
    let reply = asked(app, upstream.await.address.port(), &[]).await;
    assert!(reply.assert_status(502).text().contains("\"reason\":\"tls\""));
}

#[crate::test]
async fn a_handshake_that_stands_still_is_given_up(app: TestApp) {
    let upstream = super::upstream::Upstream::start(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    });
    let reply = asked(app, upstream.await.address.port(), &[("timeout.tls", "100ms")]).await;
    assert!(reply.assert_status(504).text().contains("\"reason\":\"tls\""));
}
