//! Hints between processes: LISTEN and NOTIFY.
//!
//! A commit that notifies holds a lock of the whole server, so that of a new task does not: its queue is named a moment
//! later, together with all others of that moment. A hint that is lost costs a poll.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::fault::told;
use super::json::text;
use super::link::{Link, Param};
use super::server::Server;
use super::statement::ANNOUNCE;
use crate::task::store::{QueueName, Result, TxHandle};

/// Queues that wait to be named; more are lost.
const WAITING: usize = 1024;

/// How long a server that is gone is left alone, from the first to the last time.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Starts naming queues to other processes; returns where they are put.
pub(super) fn announcer(server: &Server, channel: String) -> mpsc::Sender<QueueName> {
    let (sender, mut waiting) = mpsc::channel(WAITING);
    let pool = server.pool.clone();
    let announcing = async move {
        let mut queues = Vec::new();
        while waiting.recv_many(&mut queues, WAITING).await > 0 {
            queues.sort_unstable();
            queues.dedup();
            if let Err(error) = announce(&pool, &channel, &queues).await {
                tracing::debug!(%error, "other processes were not told of new tasks; they poll");
            }
            queues.clear();
        }
    };
    drop(server.home.spawn(announcing));
    sender
}

async fn announce(pool: &sqlx::PgPool, channel: &str, queues: &[QueueName]) -> Result<()> {
    let names = text(&queues)?;
    let mut connection = pool.acquire().await.map_err(told)?;
    let mut link = Link::from(TxHandle::Postgres(&mut connection));
    link.run(ANNOUNCE, &[Param::Text(channel), Param::Text(&names)]).await.map(drop)
}

/// Starts listening; returns where the names of queues come out.
pub(super) fn listen(server: &Server, channel: String) -> mpsc::Receiver<QueueName> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let pool = server.pool.clone();
    let listening = async move {
        let mut wait = PATIENCE.0;
        while !sender.is_closed() && !pool.is_closed() {
            tokio::select! {
                heard = hear(&pool, &channel, &sender, &mut wait) => if let Err(error) = heard {
                    tracing::debug!(%error, "hints of new tasks are not heard; workers poll");
                },
                () = sender.closed() => return,
            }
            sleep(wait).await;
            wait = (wait * 2).min(PATIENCE.1);
        }
    };
    drop(server.home.spawn(listening));
    receiver
}

/// Passes on what is heard until the connection is lost.
async fn hear(
    pool: &sqlx::PgPool,
    channel: &str,
    sender: &mpsc::Sender<QueueName>,
    wait: &mut Duration,
) -> std::result::Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(channel).await?;
    *wait = PATIENCE.0;
    while let Some(hint) = listener.try_recv().await? {
        if sender.send(hint.payload().into()).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
