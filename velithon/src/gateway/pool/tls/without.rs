//! No TLS: the plan has refused every `https` address.

use tokio::net::TcpStream;

use crate::gateway::node::Node;
use crate::gateway::outcome::Outcome;
use crate::gateway::pool::stream::Stream;
use crate::gateway::settings::{Http, TlsSettings};
use crate::gateway::target::TargetSpec;

/// Nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls;

impl Tls {
    /// Nothing.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
    pub(crate) fn new(_: &TlsSettings, _: Http, _: &[TargetSpec]) -> Result<Self, String> {
        Ok(Self)
    }

    /// Fails.
    ///
    /// # Errors
    /// Always: the address of a redirect or a name server may be an `https` one all the same.
    #[expect(clippy::unused_async, reason = "with the feature it waits")]
    pub(crate) async fn connect(&self, _: &Node, _: TcpStream, _: bool) -> Result<(Stream, bool), Outcome> {
        Err(Outcome::TlsFailed)
    }
}
