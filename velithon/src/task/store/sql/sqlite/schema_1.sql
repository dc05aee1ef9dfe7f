-- Times are microseconds since 1970, ids 16 bytes of UUIDv7.
CREATE TABLE velithon_tasks (
    id               BLOB    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    queue            TEXT    NOT NULL,
    state            TEXT    NOT NULL, -- queued, running, done, cancelled, dead
    priority         INTEGER NOT NULL, -- 0 is Critical, 3 is Low
    run_at           INTEGER NOT NULL,
    payload          TEXT    NOT NULL, -- a JSON array
    attempt          INTEGER NOT NULL DEFAULT 0,
    max_attempts     INTEGER NOT NULL,
    crashes          INTEGER NOT NULL DEFAULT 0,
    max_crashes      INTEGER NOT NULL,
    fence            INTEGER NOT NULL DEFAULT 0,
    worker           BLOB,
    lease_until      INTEGER,
    timeout_us       INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    unique_key       TEXT,             -- what it asked for
    unique_held      TEXT,             -- the same, while no other task may have it
    unique_until     INTEGER,
    steps            TEXT,             -- name to result, each a text of JSON
    progress         TEXT,             -- [part, words]
    result           TEXT,
    result_us        INTEGER,          -- how long the result is kept
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
CREATE INDEX velithon_tasks_keep ON velithon_tasks (keep_until) WHERE keep_until IS NOT NULL;
CREATE UNIQUE INDEX velithon_tasks_unique ON velithon_tasks (unique_held) WHERE unique_held IS NOT NULL;

CREATE TABLE velithon_task_runs (
    task_id    BLOB    NOT NULL,
    fence      INTEGER NOT NULL,
    worker     BLOB    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT,
    error      TEXT,
    PRIMARY KEY (task_id, fence)
) STRICT, WITHOUT ROWID;

CREATE TABLE velithon_task_cron (
    name    TEXT    NOT NULL,
    tick    INTEGER NOT NULL,
    task_id BLOB,
    PRIMARY KEY (name, tick)
) STRICT, WITHOUT ROWID;

CREATE TABLE velithon_task_queues (
    name        TEXT    NOT NULL PRIMARY KEY,
    paused      INTEGER NOT NULL DEFAULT 0,
    concurrency INTEGER,
    rate_count  INTEGER,               -- this many starts..
    rate_us     INTEGER,               -- ..in this long
    tat         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
