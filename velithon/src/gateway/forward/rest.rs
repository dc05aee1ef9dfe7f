//! The rest of a reply that nobody gets: read, if it is short, so that its connection may serve again.

use std::time::Duration;

use http::Version;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::runtime::Handle;

use super::received::Borrowed;
use crate::gateway::time::Moment;

/// Bytes that are worth less than a new connection.
const MOST: u64 = 64 * 1024;

/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads what is left of a body and gives its connection back; a long rest is dropped together with the connection.
#[cold]
pub(crate) fn discard(mut body: Incoming, borrowed: Borrowed) {
    // A stream of HTTP/2 is reset by itself, and its connection goes on.
    let short =
        borrowed.lease.version() == Version::HTTP_11 && body.size_hint().upper().is_some_and(|most| most <= MOST);
    let sent = borrowed.sent.as_ref().is_none_or(|sent| sent.is_done());
    // A body may be dropped where there is no runtime any longer.
    let (true, true, true, Ok(runtime)) = (short, sent, borrowed.reusable, Handle::try_current()) else { return };
    runtime.spawn(async move {
        let read = async {
            while let Some(frame) = body.frame().await {
                frame?;
            }
            Ok::<_, hyper::Error>(())
        };
        if let Ok(Ok(())) = tokio::time::timeout(PATIENCE, read).await {
            borrowed.lease.give_back(Moment::now(), borrowed.kept);
        }
    });
}
