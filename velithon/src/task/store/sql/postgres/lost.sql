-- $1: how many. Tasks whose lease is over wait again, or are dead. Answers where each stands.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now),
next AS MATERIALIZED (
    SELECT task.id, task.fence, CASE
        WHEN task.cancel_requested THEN 'cancelled'
        WHEN task.crashes + 1 >= task.max_crashes OR task.attempt >= task.max_attempts THEN 'dead'
        ELSE 'queued' END AS state
    FROM velithon_tasks AS task
    WHERE task.state = 'running' AND task.lease_until <= (SELECT now FROM clock)
    ORDER BY task.lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
),
moved AS (
    UPDATE velithon_tasks AS task SET
    state = next.state,
    reason = CASE next.state WHEN 'dead' THEN 'crashed' END,
    crashes = task.crashes + 1,
    run_at = clock.now,
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE clock.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN clock.now + greatest(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE clock.now + greatest(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > clock.now THEN task.unique_held END
    FROM next, clock WHERE task.id = next.id
    RETURNING task.queue, task.state
),
run AS (
    UPDATE velithon_task_runs AS run SET ended_at = clock.now, outcome = 'lost'
    FROM next, clock WHERE run.task_id = next.id AND run.fence = next.fence
)
SELECT queue, state FROM moved
