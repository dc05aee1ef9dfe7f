//! TLS by rustls: the roots of the system or a file, our own certificate, a name, a pinned key. Nothing turns verification
//! off.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::gateway::node::Node;
use crate::gateway::outcome::Outcome;
use crate::gateway::pool::stream::Stream;
use crate::gateway::settings::{Http, TlsSettings};
use crate::gateway::target::{Scheme, TargetSpec};

const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

/// How targets are verified, and we to them; nothing where no target speaks TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls(Option<Arc<Configured>>);

struct Configured {
    /// Offers what the upstream's `http` allows.
    any: TlsConnector,
    /// Offers HTTP/1.1 alone.
    http1: TlsConnector,
    name: Option<ServerName<'static>>,
}

impl std::fmt::Debug for Configured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configured").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads roots, certificate and key. Roots of the system are read only where some target needs them.
    ///
    /// # Errors
    /// What cannot be read or used.
    pub(crate) fn new(settings: &TlsSettings, http: Http, targets: &[TargetSpec]) -> Result<Self, String> {
        let asked = *settings != TlsSettings::default();
        if !asked && !targets.iter().any(|target| target.scheme == Scheme::Https) {
            return Ok(Self(None));
        }
        let name = settings.sni.as_deref().map(name).transpose()?;
        let mut config = config(settings)?;
        config.alpn_protocols = vec![HTTP1.to_vec()];
        let http1 = TlsConnector::from(Arc::new(config.clone()));
        config.alpn_protocols = match http {
            Http::Auto => vec![HTTP2.to_vec(), HTTP1.to_vec()],
            Http::H2 => vec![HTTP2.to_vec()],
            Http::H1 | Http::H2c => vec![HTTP1.to_vec()],
        };
        let any = TlsConnector::from(Arc::new(config));
        Ok(Self(Some(Arc::new(Configured { any, http1, name }))))
    }

    /// The encrypted connection, and whether it speaks HTTP/2.
    ///
    /// # Errors
    /// [`Outcome::TlsFailed`].
    pub(crate) async fn connect(&self, node: &Node, stream: TcpStream, http1: bool) -> Result<(Stream, bool), Outcome> {
        let configured = self.0.as_ref().ok_or(Outcome::TlsFailed)?;
        let name = match &configured.name {
            Some(name) => name.clone(),
            None => name(&node.spec().host).map_err(|_| Outcome::TlsFailed)?,
        };
        let connector = if http1 { &configured.http1 } else { &configured.any };
        let stream = connector.connect(name, stream).await.map_err(|error| {
            tracing::debug!(target: "velithon::gateway", upstream = %node.spec().url(), %error, "TLS handshake failed");
            Outcome::TlsFailed
        })?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        if node.speech().http == Http::H2 && !http2 && !http1 {
            return Err(Outcome::TlsFailed);
        }
        Ok((Stream::Tls(Box::new(stream)), http2))
    }
}

fn name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("`{host}` is no name that a certificate could hold"))
}

fn config(settings: &TlsSettings) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = Arc::new(roots(settings.ca.as_deref())?);
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
    let verifier = verifier.build().map_err(|error| format!("the roots cannot be used: {error}"))?;
    let pinned = settings.pin.as_deref().map(pin).transpose()?;
    let verifier: Arc<dyn ServerCertVerifier> = match pinned {
        Some(pin) => Arc::new(Pinned { pin, inner: verifier }),
        None => verifier,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match (&settings.cert, &settings.key) {
        (Some(cert), Some(key)) => {
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unread(key, &error))?;
            builder.with_client_auth_cert(certificates(cert)?, key).map_err(|error| error.to_string())
        }
        _ => Ok(builder.with_no_client_auth()),
    }
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(|error| unread(file, &error))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(
                    "the system has no root certificates; install them, or name a file: `tls(ca = \"ca.pem\")`".into(),
                );
            }
        }
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).map_err(|error| unread(file, &error))?;
    let read = read.collect::<Result<Vec<_>, _>>().map_err(|error| unread(file, &error))?;
    if read.is_empty() { Err(unread(file, &"it holds no certificate")) } else { Ok(read) }
}

fn unread(file: &Path, error: &dyn std::fmt::Display) -> String {
    format!("`{}`: {error}", file.display())
}

/// Digits of a SHA-256 in base64.
const DIGITS: usize = 43;

/// A SHA-256 in base64, with or without `sha256/` or, as curl writes it, `sha256//` before it.
fn pin(text: &str) -> Result<[u8; 32], String> {
    let wrong = || format!("`{text}` is no pin; it is the SHA-256 of a public key in base64, 44 characters");
    let encoded = text.strip_prefix("sha256/").unwrap_or(text).trim_end_matches('=');
    // Base64 itself may begin with a slash: the second one is taken off only where it is too much.
    let encoded = if encoded.len() > DIGITS { encoded.strip_prefix('/').unwrap_or(encoded) } else { encoded };
    let mut bits = 0u32;
    let mut filled = 0;
    let mut bytes = Vec::with_capacity(32);
    for byte in encoded.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        bits = bits << 6 | u32::from(value);
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push((bits >> filled) as u8);
        }
    }
    bytes.try_into().map_err(|_| wrong())
}

/// Believes only one public key, whose certificate has to be right besides.
#[derive(Debug)]
struct Pinned {
    pin: [u8; 32],
    inner: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        let certificate = webpki::EndEntityCert::try_from(end_entity)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let key = certificate.subject_public_key_info();
        let digest = ring::digest::digest(&ring::digest::SHA256, key.as_ref());
        if digest.as_ref() == self.pin {
            Ok(verified)
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        CryptoProvider::get_default().map_or_else(
            || rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes(),
            |provider| provider.signature_verification_algorithms.supported_schemes(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_curl_writes_it() {
        let zeros = format!("sha256//{}A=", "A".repeat(42));
        assert_eq!(pin(&zeros).unwrap(), [0; 32]);
        for before in ["", "sha256/", "sha256//"] {
            let slashes = format!("{before}{}w=", "/".repeat(42));
            assert_eq!(pin(&slashes).unwrap()[..31], [0xff; 31], "{before}");
        }
        assert!(pin("AAAA").unwrap_err().contains("44 characters"));
        assert!(pin("not base64!").is_err());
    }
}
