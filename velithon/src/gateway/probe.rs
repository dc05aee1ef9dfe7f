//! How a target is asked whether it is well: a GET of the health path, on a connection of its own.
//!
//! A check neither waits for the connections of requests nor takes one of theirs, so a busy target is not taken for a
//! dead one; and it connects anew each time, so a target that accepts nobody is noticed.

use std::sync::Arc;

use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{HeaderValue, Request, Uri};

use super::check::Probe;
use super::custom::{HealthCheck, TargetInfo};
use super::forward::Outgoing;
use super::node::Node;
use super::outcome::Outcome;
use super::policy::health::Settings;
use super::pool::{self, Pool, PoolLimits, Ready};

const AGENT: HeaderValue = HeaderValue::from_static("velithon-health");

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Asks over HTTP.
pub(crate) fn http(node: Arc<Node>, settings: Arc<Settings>) -> Probe {
    // Two places: a check that was given up may not be quite gone when the next one begins.
    let places = Arc::new(Pool::new(PoolLimits { connections: 2, ..node.pool().limits().clone() }, Arc::default()));
    Arc::new(move || {
        let (node, settings, places) = (Arc::clone(&node), Arc::clone(&settings), Arc::clone(&places));
        Box::pin(async move { ask(&node, &settings, &places).await })
    })
}

/// Asks as the service says.
pub(crate) fn custom(node: &Node, check: Arc<dyn HealthCheck>) -> Probe {
    let info = Arc::new(TargetInfo { url: node.spec().url() });
    Arc::new(move || {
        let (info, check) = (Arc::clone(&info), Arc::clone(&check));
        Box::pin(async move { check.check(&info).await.map_err(|error| format!("{error:?}")) })
    })
}

async fn ask(node: &Node, settings: &Settings, places: &Pool) -> Result<(), String> {
    let place = places.place().ok_or("the checks before are still under way")?;
    let dialled = pool::dial(node, place).await.map_err(told)?;
    let dialled = pool::secure(node, dialled, false).await.map_err(told)?;
    let status = match pool::handshake(dialled).await.map_err(told)? {
        Ready::Http1(mut sender) => sender.send_request(request(node, &settings.path, false)?).await,
        Ready::Http2(mut sender, _) => sender.send_request(request(node, &settings.path, true)?).await,
    };
    let status = status.map_err(|error| error.to_string())?.status().as_u16();
    if settings.expects(status) { Ok(()) } else { Err(format!("it answers {status}")) }
}

fn request(node: &Node, path: &str, http2: bool) -> Result<Request<Outgoing>, String> {
    let uri = Uri::builder().path_and_query(path);
    let uri = if http2 { uri.scheme(node.uri_scheme()).authority(node.authority().clone()) } else { uri };
    let mut request = Request::new(Outgoing::Empty);
    *request.uri_mut() = uri.build().map_err(|error| error.to_string())?;
    request.headers_mut().insert(USER_AGENT, AGENT);
    if !http2 {
        request.headers_mut().insert(HOST, node.host().clone());
        request.headers_mut().insert(CONNECTION, CLOSE);
    }
    Ok(request)
}

fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::ConnectFailed => "no connection".into(),
        Outcome::TlsFailed => "the TLS handshake failed".into(),
        other => format!("no HTTP: {}", other.reason()),
    }
}
