-- $1: queue, $2: how many, $3: worker, $4: lease, $5: whether the limits of the queue have been asked.
-- Answers one row without a task, or one for each task; `shut` says that the limits have to be asked first.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
gate AS MATERIALIZED (
    SELECT $5 = 0 AND EXISTS (SELECT FROM velithon_task_queues
        WHERE name = $1 AND (paused OR concurrency IS NOT NULL OR rate_count IS NOT NULL)) AS shut
),
heads AS MATERIALIZED (
    SELECT * FROM (
        SELECT id, run_at + 0 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 0 AND run_at <= (SELECT now FROM clock)
          AND (SELECT NOT shut FROM gate)
        ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS critical
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 60000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 1 AND run_at <= (SELECT now FROM clock)
          AND (SELECT NOT shut FROM gate)
        ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS high
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 120000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 2 AND run_at <= (SELECT now FROM clock)
          AND (SELECT NOT shut FROM gate)
        ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS normal
    UNION ALL
    SELECT * FROM (
        SELECT id, run_at + 180000000 AS rank FROM velithon_tasks
        WHERE queue = $1 AND state = 'queued' AND priority = 3 AND run_at <= (SELECT now FROM clock)
          AND (SELECT NOT shut FROM gate)
        ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS low
),
chosen AS MATERIALIZED (SELECT id, rank FROM heads ORDER BY rank LIMIT $2),
task AS (
    UPDATE velithon_tasks SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $3::uuid,
        lease_until = clock.now + $4, started_at = clock.now, cancel_requested = false, reason = NULL
    FROM chosen, clock WHERE velithon_tasks.id = chosen.id
    RETURNING velithon_tasks.*, chosen.rank
),
run AS (
    INSERT INTO velithon_task_runs (task_id, fence, worker, started_at)
    SELECT id, fence, worker, started_at FROM task
),
-- What is due and was skipped, because another claim had it locked, may be free again in a moment.
head AS (
    SELECT clock.now, gate.shut,
        CASE WHEN $5 = 0 AND NOT gate.shut AND (SELECT count(*) FROM chosen) < $2 AND EXISTS (
            SELECT FROM velithon_tasks WHERE queue = $1 AND state = 'queued' AND run_at <= clock.now
                AND priority IN (0, 1, 2, 3) AND id NOT IN (SELECT id FROM chosen))
        THEN clock.now + 5000
        ELSE (SELECT min(later.run_at) FROM generate_series(0, 3) AS level, LATERAL (
            SELECT run_at FROM velithon_tasks
            WHERE queue = $1 AND state = 'queued' AND priority = level AND run_at > clock.now
            ORDER BY run_at LIMIT 1) AS later)
        END AS next
    FROM clock, gate
)
SELECT head.now, head.next, head.shut, task.id, task.fence, task.name, task.priority::bigint, task.payload,
    task.attempt, task.max_attempts, task.timeout_us, task.result_us, task.steps, task.trace,
    task.enqueued_at, task.run_at
FROM head LEFT JOIN task ON true
ORDER BY task.rank
