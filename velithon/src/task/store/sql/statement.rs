//! Every statement, in both dialects: `sqlite/*.sql` and `postgres/*.sql`.
//!
//! Both take the same parameters and answer the same columns, so the code around them is written once. Many rows go in
//! as one parameter, a text of JSON; so no statement is built while the program runs. SQLite has no statement that
//! changes two tables, so its files hold several, which run one after another inside a transaction.

/// One statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    #[cfg(feature = "tasks-sqlite")]
    pub(super) sqlite: &'static str,
    #[cfg(feature = "tasks-postgres")]
    pub(super) postgres: &'static str,
}

macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {$(
        #[cfg_attr(
            not(all(feature = "tasks-sqlite", feature = "tasks-postgres")),
            allow(dead_code, reason = "only a server announces, and only a file is looked at before a claim")
        )]
        pub(super) const $name: Statement = Statement {
            #[cfg(feature = "tasks-sqlite")]
            sqlite: include_str!(concat!("sqlite/", $file, ".sql")),
            #[cfg(feature = "tasks-postgres")]
            postgres: include_str!(concat!("postgres/", $file, ".sql")),
        };
    )*};
}

statements! {
    ANNOUNCE = "announce";
    CANCEL = "cancel";
    CLAIM = "claim";
    COMPLETE = "complete";
    ENDED = "ended";
    ENQUEUE = "enqueue";
    EXPIRE = "expire";
    FIRST_DUE = "first_due";
    FORGET_TICKS = "forget_ticks";
    FOUND = "found";
    FREE_HELD = "free_held";
    FREE_KEYS = "free_keys";
    HAS_META = "has_meta";
    HOLDERS = "holders";
    HOLD_KEYS = "hold_keys";
    IDENTITY = "identity";
    INSPECT = "inspect";
    LAST_TICK = "last_tick";
    LIMITS = "limits";
    LOCK_QUEUE = "lock_queue";
    LOCK_SCHEMA = "lock_schema";
    LOST = "lost";
    META = "meta";
    NOW = "now";
    PAUSE = "pause";
    PURGE = "purge";
    PURGE_RUNS = "purge_runs";
    QUEUE = "queue";
    QUEUES = "queues";
    RELEASE = "release";
    RENEW = "renew";
    RETRY = "retry";
    RUNS = "runs";
    SCHEMA_1 = "schema_1";
    SET_VERSION = "set_version";
    SPEND = "spend";
    STEP = "step";
    TELL = "tell";
    TICK = "tick";
}
