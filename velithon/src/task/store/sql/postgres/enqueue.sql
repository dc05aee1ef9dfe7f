-- $1: tasks, $2: the store's id. Answers the ids that are kept.
WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now)
INSERT INTO velithon_tasks (id, name, queue, state, priority, run_at, payload, max_attempts, max_crashes, timeout_us,
    unique_key, unique_held, unique_until, result_us, trace, enqueued_at)
SELECT task.id, task.name, task.queue, 'queued', task.priority, coalesce(task.at, clock.now + task.after),
    task.payload, task.max_attempts, task.max_crashes, task.timeout_us,
    task.unique_key, task.unique_key, clock.now + task.unique_us, task.result_us, task.trace, clock.now
FROM clock, json_to_recordset($1::json) AS task (place bigint, id uuid, name text, queue text, priority smallint,
    at bigint, after bigint, payload text, max_attempts bigint, max_crashes bigint, timeout_us bigint,
    unique_key text, unique_us bigint, result_us bigint, trace text)
WHERE EXISTS (SELECT FROM velithon_task_meta WHERE store_id = $2::uuid)
ORDER BY task.place
ON CONFLICT DO NOTHING
RETURNING id
