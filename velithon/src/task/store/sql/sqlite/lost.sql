-- $1: how many. Tasks whose lease is over wait again, or are dead. Answers where each stands.
DELETE FROM temp.velithon_chosen;

INSERT INTO temp.velithon_chosen (id, now, state)
SELECT task.id, clock.now, CASE
        WHEN task.cancel_requested THEN 'cancelled'
        WHEN task.crashes + 1 >= task.max_crashes OR task.attempt >= task.max_attempts THEN 'dead'
        ELSE 'queued' END AS state
FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) AS clock, velithon_tasks AS task
WHERE task.state = 'running' AND task.lease_until <= clock.now
ORDER BY task.lease_until LIMIT $1;

UPDATE velithon_tasks AS task SET
    state = next.state,
    reason = CASE next.state WHEN 'dead' THEN 'crashed' END,
    crashes = task.crashes + 1,
    run_at = next.now,
    finished_at = CASE next.state WHEN 'queued' THEN NULL ELSE next.now END,
    keep_until = CASE next.state WHEN 'queued' THEN NULL
        WHEN 'dead' THEN next.now + max(2592000000000, coalesce(task.result_us, 0)) -- 30 days
        ELSE next.now + max(86400000000, coalesce(task.result_us, 0)) END,          -- 24 hours
    unique_held = CASE WHEN next.state = 'queued' OR task.unique_until > next.now THEN task.unique_held END
FROM temp.velithon_chosen AS next WHERE task.id = next.id;

UPDATE velithon_task_runs AS run SET ended_at = next.now, outcome = 'lost'
FROM temp.velithon_chosen AS next WHERE run.task_id = next.id AND run.ended_at IS NULL;

SELECT task.queue, task.state FROM temp.velithon_chosen AS next JOIN velithon_tasks AS task ON task.id = next.id
