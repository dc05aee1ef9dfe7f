//! The scripts of the store: each one step that nobody sees half done.

use std::sync::LazyLock;

use redis::aio::ConnectionLike;
use redis::{FromRedisValue, Script, ScriptInvocation};

use super::connection::fault;
use crate::task::store::Result;

macro_rules! scripts {
    ($($name:ident = $($file:literal),+;)+) => {$(
        pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("lua/common.lua"), $(include_str!(concat!("lua/", $file))),+)));
    )+};
}

scripts! {
    ENQUEUE = "enqueue.lua", "enqueue_all.lua";
    CRON_TICK = "enqueue.lua", "cron_tick.lua";
    CLAIM = "claim.lua";
    HELD = "held.lua";
    COMPLETE = "complete.lua";
    DEFER = "defer.lua";
    RENEW = "renew.lua";
    RELEASE = "release.lua";
    SWEEP = "sweep.lua";
    PROGRESS = "progress.lua";
    ADMIN = "admin.lua";
    REMOTE = "remote.lua";
}

/// Runs a script, which Redis may have to be given first.
pub(super) async fn run<T: FromRedisValue>(
    script: &ScriptInvocation<'_>,
    connection: &mut impl ConnectionLike,
) -> Result<T> {
    script.invoke_async(connection).await.map_err(fault)
}
