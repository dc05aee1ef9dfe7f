-- $1: claims that are given back. Answers the queues of what waits again.
DELETE FROM temp.velithon_chosen;

INSERT INTO temp.velithon_chosen (id, now, state)
SELECT task.id, clock.now, CASE WHEN task.cancel_requested THEN 'cancelled' ELSE 'queued' END AS state
FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) AS clock, json_each($1) AS said
JOIN velithon_tasks AS task ON task.id = unhex(said.value ->> 'id', '-') AND task.fence = said.value ->> 'fence'
WHERE task.state = 'running'
ON CONFLICT DO NOTHING;

UPDATE velithon_tasks AS task SET
    state = next.state,
    attempt = max(task.attempt - 1, 0),
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE next.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN next.now + max(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE next.now + max(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > next.now THEN task.unique_held END
FROM temp.velithon_chosen AS next WHERE task.id = next.id;

UPDATE velithon_task_runs AS run SET ended_at = next.now, outcome = 'released'
FROM temp.velithon_chosen AS next WHERE run.task_id = next.id AND run.ended_at IS NULL;

SELECT DISTINCT task.queue FROM temp.velithon_chosen AS next JOIN velithon_tasks AS task ON task.id = next.id
