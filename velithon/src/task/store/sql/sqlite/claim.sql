-- $1: queue, $2: how many, $3: worker, $4: lease, $5: whether the limits of the queue have been asked.
-- Answers one row without a task, or one for each task; `shut` says that the limits have to be asked first.
DELETE FROM temp.velithon_chosen;

WITH clock AS MATERIALIZED (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now),
heads AS (
    SELECT * FROM (
        SELECT id, run_at + 0 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 0 AND run_at <= (SELECT now FROM clock)
        ORDER BY run_at LIMIT $2)
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 60000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 1 AND run_at <= (SELECT now FROM clock)
        ORDER BY run_at LIMIT $2)
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 120000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 2 AND run_at <= (SELECT now FROM clock)
        ORDER BY run_at LIMIT $2)
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 180000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 3 AND run_at <= (SELECT now FROM clock)
        ORDER BY run_at LIMIT $2)
)
INSERT INTO temp.velithon_chosen (id, now, rank)
SELECT heads.id, clock.now, heads.rank FROM heads, clock
WHERE $5 OR NOT EXISTS (SELECT 1 FROM velithon_task_queues
    WHERE name = $1 AND (paused OR concurrency IS NOT NULL OR rate_count IS NOT NULL))
ORDER BY heads.rank LIMIT $2;

UPDATE velithon_tasks SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = unhex($3, '-'),
    lease_until = chosen.now + $4, started_at = chosen.now, cancel_requested = 0, reason = NULL
FROM temp.velithon_chosen AS chosen WHERE velithon_tasks.id = chosen.id;

INSERT INTO velithon_task_runs (task_id, fence, worker, started_at)
SELECT task.id, task.fence, task.worker, task.started_at
FROM temp.velithon_chosen AS chosen JOIN velithon_tasks AS task ON task.id = chosen.id;

WITH clock AS MATERIALIZED (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now),
later AS (
    SELECT * FROM (SELECT run_at FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 0 AND run_at > (SELECT now FROM clock)
        ORDER BY run_at LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT run_at FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 1 AND run_at > (SELECT now FROM clock)
        ORDER BY run_at LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT run_at FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 2 AND run_at > (SELECT now FROM clock)
        ORDER BY run_at LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT run_at FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 3 AND run_at > (SELECT now FROM clock)
        ORDER BY run_at LIMIT 1)
),
head AS (
    SELECT clock.now, (SELECT min(run_at) FROM later) AS next,
        NOT $5 AND EXISTS (SELECT 1 FROM velithon_task_queues
            WHERE name = $1 AND (paused OR concurrency IS NOT NULL OR rate_count IS NOT NULL)) AS shut
    FROM clock
)
SELECT head.now AS now, head.next AS next, head.shut AS shut, task.id AS id, task.fence AS fence, task.name AS name,
    task.priority AS priority, task.payload AS payload, task.attempt AS attempt, task.max_attempts AS max_attempts,
    task.timeout_us AS timeout_us, task.result_us AS result_us, task.steps AS steps, task.trace AS trace,
    task.enqueued_at AS enqueued_at, task.run_at AS run_at
FROM head
LEFT JOIN temp.velithon_chosen AS chosen ON true
LEFT JOIN velithon_tasks AS task ON task.id = chosen.id
ORDER BY chosen.rank
