//! Connections that come back by themselves, and what their errors mean to a store.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, ServerErrorKind};

use crate::task::store::{Result, StoreError, StoreFault};

/// How long Redis may take to answer: more is a connection that is dead.
const RESPONSE: Duration = Duration::from_secs(5);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long it waits between two tries at most.
const RETRY: Duration = Duration::from_secs(1);

/// The client of a server, by its address.
pub(super) fn client(url: &str) -> Result<Client> {
    Client::open(url).map_err(|cause| {
        let text = "this is no address of a Redis database; write redis://host:6379/0";
        StoreError::new(StoreFault::Refused, text).caused_by(cause)
    })
}

/// A connection that all callers share, and that is made anew when it is lost.
pub(super) async fn shared(client: &Client) -> Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(RESPONSE))
        .set_number_of_retries(2)
        .set_max_delay(RETRY);
    client.get_connection_manager_with_config(config).await.map_err(fault)
}

/// A connection on which a call may wait for ever.
pub(super) async fn waiting(client: &Client) -> Result<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&config).await.map_err(fault)
}

/// What a caller can do about an error.
pub(super) fn fault(error: RedisError) -> StoreError {
    let passing =
        error.is_io_error() || error.is_timeout() || error.is_connection_dropped() || error.is_connection_refusal();
    let fault = match error.kind() {
        _ if passing => StoreFault::Unavailable,
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown,
        ) => StoreFault::Unavailable,
        // The server is above `maxmemory`: nothing of the call was kept.
        _ if error.code() == Some("OOM") => StoreFault::Full,
        _ => StoreFault::Refused,
    };
    StoreError::new(fault, "Redis did not do it").caused_by(error)
}
