-- Times are microseconds since 1970 in UTC, ids the sixteen bytes of a UUIDv7, payloads and results JSON.
CREATE TABLE velithon_task_meta (
    store_id       BLOB NOT NULL,
    schema_version INTEGER NOT NULL
);

CREATE TABLE velithon_tasks (
    id               BLOB PRIMARY KEY NOT NULL,
    name             TEXT NOT NULL,
    queue            TEXT NOT NULL,
    state            TEXT NOT NULL,
    priority         INTEGER NOT NULL,
    run_at           INTEGER NOT NULL,
    payload          TEXT NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0,
    max_attempts     INTEGER NOT NULL,
    crashes          INTEGER NOT NULL DEFAULT 0,
    max_crashes      INTEGER NOT NULL,
    fence            INTEGER NOT NULL DEFAULT 0,
    worker           BLOB,
    lease_until      INTEGER NOT NULL DEFAULT 0,
    timeout_us       INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    unique_key       TEXT,
    unique_until     INTEGER NOT NULL DEFAULT 0,
    steps            TEXT,
    progress         REAL,
    progress_text    TEXT,
    result_us        INTEGER,
    result           TEXT,
    error            TEXT,
    reason           TEXT,
    trace            TEXT,
    enqueued_at      INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    keep_until       INTEGER
) STRICT;

CREATE INDEX velithon_tasks_claim ON velithon_tasks (queue, priority, run_at) WHERE state = 'queued';
CREATE INDEX velithon_tasks_lease ON velithon_tasks (lease_until) WHERE state = 'running';
CREATE UNIQUE INDEX velithon_tasks_unique ON velithon_tasks (unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX velithon_tasks_keep ON velithon_tasks (keep_until) WHERE state IN ('done', 'cancelled', 'dead');

CREATE TABLE velithon_task_runs (
    task_id    BLOB NOT NULL,
    fence      INTEGER NOT NULL,
    worker     BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT,
    error      TEXT,
    PRIMARY KEY (task_id, fence)
) STRICT, WITHOUT ROWID;

CREATE TABLE velithon_task_cron (
    name    TEXT NOT NULL,
    tick    INTEGER NOT NULL,
    task_id BLOB,
    PRIMARY KEY (name, tick)
) STRICT, WITHOUT ROWID;

CREATE TABLE velithon_task_queues (
    name        TEXT PRIMARY KEY NOT NULL,
    paused      INTEGER NOT NULL DEFAULT 0,
    concurrency INTEGER,
    rate_count  INTEGER,
    rate_us     INTEGER,
    tat         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
