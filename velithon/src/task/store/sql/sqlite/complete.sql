-- $1: endings. Answers for each whether its attempt was ended by its holder, now or before; and what is due soon.
UPDATE velithon_tasks AS task SET
    state = next.state,
    reason = CASE
        WHEN next.kind = 'dead' THEN next.reason
        WHEN next.kind = 'failed' AND next.state = 'dead' THEN 'failed'
        WHEN next.kind = 'unknown' AND next.state = 'queued' THEN 'unknown' END,
    run_at = CASE next.state WHEN 'queued' THEN next.now + next.retry_us ELSE task.run_at END,
    attempt = task.attempt - (next.kind = 'unknown' AND next.state = 'queued'),
    error = next.error,
    result = next.result,
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE next.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN next.now + max(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE next.now + max(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > next.now THEN task.unique_held END
FROM (
    SELECT task.id, clock.now, said.*, CASE
        WHEN said.kind IN ('done', 'dead') THEN said.kind
        WHEN task.cancel_requested OR said.kind = 'cancelled' THEN 'cancelled'
        WHEN said.kind = 'failed' AND task.attempt >= task.max_attempts THEN 'dead'
        ELSE 'queued' END AS state
    FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) AS clock, (
        SELECT unhex(value ->> 'id', '-') AS task_id, value ->> 'fence' AS task_fence, value ->> 'kind' AS kind,
            value ->> 'retry_us' AS retry_us, value ->> 'reason' AS reason, value ->> 'error' AS error,
            value ->> 'result' AS result
        FROM json_each($1)) AS said
    JOIN velithon_tasks AS task ON task.id = said.task_id AND task.fence = said.task_fence
    WHERE task.state = 'running'
) AS next
WHERE task.id = next.task_id;

UPDATE velithon_task_runs AS run SET ended_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER),
    outcome = said.value ->> 'kind', error = said.value ->> 'error'
FROM json_each($1) AS said
WHERE run.task_id = unhex(said.value ->> 'id', '-') AND run.fence = said.value ->> 'fence' AND run.ended_at IS NULL;

SELECT said.value ->> 'place' AS place, coalesce(run.outcome NOT IN ('lost', 'released'), 0) AS accepted, task.queue,
    coalesce(task.state = 'queued' AND task.run_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 1000000, 0) AS due
FROM json_each($1) AS said
LEFT JOIN velithon_task_runs AS run
    ON run.task_id = unhex(said.value ->> 'id', '-') AND run.fence = said.value ->> 'fence'
LEFT JOIN velithon_tasks AS task ON task.id = run.task_id
