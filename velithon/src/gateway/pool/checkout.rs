//! A connection in the hands of one request.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::Either;
use http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};

use super::multiplexed::Stream;
use super::shard::Idle;
use crate::gateway::forward::Outgoing;
use crate::gateway::node::Node;
use crate::gateway::time::Moment;

/// What a request is sent by.
enum Sender {
    Http1(http1::SendRequest<Outgoing>),
    Http2(Stream),
}

/// A connection that one request uses; it goes back only when the exchange ended well.
pub(crate) struct Lease {
    sender: Sender,
    node: Arc<Node>,
    ends: Moment,
    left: u32,
    /// Whether it was dialled for this request.
    pub(crate) fresh: bool,
}

/// What came back of a request that was sent.
pub(crate) type Sent = Result<Response<Incoming>, TrySendError<Request<Outgoing>>>;

impl Lease {
    pub(crate) fn dialled(sender: http1::SendRequest<Outgoing>, node: Arc<Node>, ends: Moment) -> Self {
        let left = node.pool().limits().requests;
        Self { sender: Sender::Http1(sender), node, ends, left, fresh: true }
    }

    #[inline]
    pub(crate) fn reused(idle: Idle, node: Arc<Node>) -> Self {
        let Idle { sender, ends, left, .. } = idle;
        Self { sender: Sender::Http1(sender), node, ends, left, fresh: false }
    }

    pub(crate) fn stream(stream: Stream, node: Arc<Node>, fresh: bool) -> Self {
        Self { sender: Sender::Http2(stream), node, ends: Moment::default(), left: 0, fresh }
    }

    /// The target at its other end.
    #[inline]
    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    #[inline]
    pub(crate) fn version(&self) -> Version {
        match &self.sender {
            Sender::Http1(_) => Version::HTTP_11,
            Sender::Http2(_) => Version::HTTP_2,
        }
    }

    /// Waits until the connection takes a request; one whose last reply was read whole does so at once.
    #[inline]
    pub(crate) async fn ready(&mut self) -> bool {
        match &mut self.sender {
            Sender::Http1(sender) => sender.is_ready() || sender.ready().await.is_ok(),
            Sender::Http2(stream) => stream.sender.ready().await.is_ok(),
        }
    }

    /// Sends a request; what could not be sent at all comes back with the error.
    #[inline]
    pub(crate) fn send(&mut self, request: Request<Outgoing>) -> impl Future<Output = Sent> + use<> {
        match &mut self.sender {
            Sender::Http1(sender) => Either::Left(sender.try_send_request(request)),
            Sender::Http2(stream) => Either::Right(stream.sender.try_send_request(request)),
        }
    }

    /// Puts the connection back after a reply that was read whole; `kept` is how long the target says it keeps it.
    #[inline]
    pub(crate) fn give_back(self, now: Moment, kept: Option<Duration>) {
        let Sender::Http1(sender) = self.sender else { return };
        let left = self.left.saturating_sub(1);
        if left == 0 || now >= self.ends || sender.is_closed() {
            return;
        }
        let pool = self.node.pool();
        let expires = now + kept.unwrap_or(pool.limits().idle_timeout);
        pool.give_back(Idle { sender, ends: self.ends, expires, left });
    }
}
