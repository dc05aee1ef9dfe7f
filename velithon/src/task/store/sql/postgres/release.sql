-- $1: claims that are given back. Answers the queues of what waits again.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
next AS MATERIALIZED (
    SELECT task.id, task.fence, CASE WHEN task.cancel_requested THEN 'cancelled' ELSE 'queued' END AS state
    FROM json_to_recordset($1::json) AS said (id uuid, fence bigint)
    JOIN velithon_tasks AS task ON task.id = said.id AND task.fence = said.fence
    WHERE task.state = 'running'
    ORDER BY task.id FOR UPDATE OF task
),
moved AS (
    UPDATE velithon_tasks AS task SET
    state = next.state,
    attempt = greatest(task.attempt - 1, 0),
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE clock.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN clock.now + greatest(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE clock.now + greatest(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > clock.now THEN task.unique_held END
    FROM next, clock WHERE task.id = next.id
    RETURNING task.queue
),
run AS (
    UPDATE velithon_task_runs AS run SET ended_at = clock.now, outcome = 'released'
    FROM next, clock WHERE run.task_id = next.id AND run.fence = next.fence
)
SELECT DISTINCT queue FROM moved
