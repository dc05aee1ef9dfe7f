-- Times are microseconds since 1970, ids UUIDv7. Rows of a queue change often, so they are vacuumed early.
CREATE TABLE velithon_tasks (
    id               uuid     NOT NULL PRIMARY KEY,
    name             text     NOT NULL,
    queue            text     NOT NULL,
    state            text     NOT NULL, -- queued, running, done, cancelled, dead
    priority         smallint NOT NULL, -- 0 is Critical, 3 is Low
    run_at           bigint   NOT NULL,
    payload          text     NOT NULL, -- a JSON array
    attempt          bigint   NOT NULL DEFAULT 0,
    max_attempts     bigint   NOT NULL,
    crashes          bigint   NOT NULL DEFAULT 0,
    max_crashes      bigint   NOT NULL,
    fence            bigint   NOT NULL DEFAULT 0,
    worker           uuid,
    lease_until      bigint,
    timeout_us       bigint   NOT NULL,
    cancel_requested boolean  NOT NULL DEFAULT false,
    unique_key       text,              -- what it asked for
    unique_held      text,              -- the same, while no other task may have it
    unique_until     bigint,
    steps            text,              -- name to result, each a text of JSON
    progress         text,              -- [part, words]
    result           text,
    result_us        bigint,            -- how long the result is kept
    error            text,
    reason           text,
    trace            text,
    enqueued_at      bigint   NOT NULL,
    started_at       bigint,
    finished_at      bigint,
    keep_until       bigint
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX velithon_tasks_claim ON velithon_tasks (queue, priority, run_at) WHERE state = 'queued';
CREATE INDEX velithon_tasks_lease ON velithon_tasks (lease_until) WHERE state = 'running';
CREATE INDEX velithon_tasks_keep ON velithon_tasks (keep_until) WHERE keep_until IS NOT NULL;
CREATE UNIQUE INDEX velithon_tasks_unique ON velithon_tasks (unique_held) WHERE unique_held IS NOT NULL;

CREATE TABLE velithon_task_runs (
    task_id    uuid   NOT NULL,
    fence      bigint NOT NULL,
    worker     uuid   NOT NULL,
    started_at bigint NOT NULL,
    ended_at   bigint,
    outcome    text,
    error      text,
    PRIMARY KEY (task_id, fence)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

CREATE TABLE velithon_task_cron (
    name    text   NOT NULL,
    tick    bigint NOT NULL,
    task_id uuid,
    PRIMARY KEY (name, tick)
);

CREATE TABLE velithon_task_queues (
    name        text    NOT NULL PRIMARY KEY,
    paused      boolean NOT NULL DEFAULT false,
    concurrency bigint,
    rate_count  bigint,                 -- this many starts..
    rate_us     bigint,                 -- ..in this long
    tat         bigint  NOT NULL DEFAULT 0
);
