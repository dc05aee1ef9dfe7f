-- $1: endings. Answers for each whether its attempt was ended by its holder now; and what is due soon.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
said AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS said (place bigint, id uuid, fence bigint, kind text, retry_us bigint,
        reason text, error text, result text)
),
next AS MATERIALIZED (
    SELECT said.*, CASE
        WHEN said.kind IN ('done', 'dead') THEN said.kind
        WHEN task.cancel_requested OR said.kind = 'cancelled' THEN 'cancelled'
        WHEN said.kind = 'failed' AND task.attempt >= task.max_attempts THEN 'dead'
        ELSE 'queued' END AS state
    FROM said JOIN velithon_tasks AS task ON task.id = said.id AND task.fence = said.fence
    WHERE task.state = 'running'
    ORDER BY task.id FOR UPDATE OF task
),
moved AS (
    UPDATE velithon_tasks AS task SET
    state = next.state,
    reason = CASE
        WHEN next.kind = 'dead' THEN next.reason
        WHEN next.kind = 'failed' AND next.state = 'dead' THEN 'failed'
        WHEN next.kind = 'unknown' AND next.state = 'queued' THEN 'unknown' END,
    run_at = CASE next.state WHEN 'queued' THEN clock.now + next.retry_us ELSE task.run_at END,
    attempt = task.attempt - CASE WHEN next.kind = 'unknown' AND next.state = 'queued' THEN 1 ELSE 0 END,
    error = next.error,
    result = next.result,
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE clock.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN clock.now + greatest(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE clock.now + greatest(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > clock.now THEN task.unique_held END
    FROM next, clock WHERE task.id = next.id
    RETURNING task.id, task.fence, task.queue, task.state = 'queued' AND task.run_at <= clock.now + 1000000 AS due
),
run AS (
    UPDATE velithon_task_runs AS run SET ended_at = clock.now, outcome = next.kind, error = next.error
    FROM next, clock WHERE run.task_id = next.id AND run.fence = next.fence
)
SELECT said.place, moved.id IS NOT NULL AS accepted, moved.queue, coalesce(moved.due, false) AS due
FROM said LEFT JOIN moved ON moved.id = said.id AND moved.fence = said.fence
