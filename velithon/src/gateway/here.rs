//! Where a request stands, for what is made of it inside a handler.

use std::sync::Arc;

use http::HeaderMap;

use super::forward::Client;
use crate::peer::Address;
use crate::route::{Captures, Core, Exchange, Notes};

/// Where a request stands: in its extensions, beside what injection reads there.
#[derive(Clone)]
pub(crate) struct Here(Arc<Place>);

/// What of an exchange outlives its call.
pub(crate) struct Place {
    pub(crate) live: Arc<Core>,
    pub(crate) target: usize,
    pub(crate) captures: Captures,
    peer: Address,
    /// Where the access log is told what becomes of the request.
    pub(crate) notes: Option<Arc<Notes>>,
}

impl Here {
    pub(crate) fn new(exchange: &Exchange) -> Self {
        Self(Arc::new(Place {
            live: Arc::clone(&exchange.live),
            target: exchange.target,
            captures: exchange.captures.clone(),
            peer: exchange.peer.clone(),
            notes: exchange.notes.clone(),
        }))
    }
}

impl std::ops::Deref for Here {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.0
    }
}

impl Place {
    /// Who asks.
    pub(crate) fn client(&self, headers: &HeaderMap) -> Client {
        client(&self.live, &self.peer, headers)
    }
}

/// Who asks, by the peer of the connection and what a trusted one says.
#[inline]
pub(crate) fn client(live: &Core, peer: &Address, headers: &HeaderMap) -> Client {
    let proxies = &live.proxies;
    Client { peer: peer.ip(), trusted: proxies.trusts(peer), address: proxies.client(peer, headers), secure: false }
}
