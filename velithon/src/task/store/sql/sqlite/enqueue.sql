-- $1: tasks, $2: the store's id. Answers the ids that are kept.
INSERT INTO velithon_tasks (id, name, queue, state, priority, run_at, payload, max_attempts, max_crashes, timeout_us,
    unique_key, unique_held, unique_until, result_us, trace, enqueued_at)
SELECT unhex(task.value ->> 'id', '-'), task.value ->> 'name', task.value ->> 'queue', 'queued',
    task.value ->> 'priority', coalesce(task.value ->> 'at', clock.now + (task.value ->> 'after')),
    task.value ->> 'payload', task.value ->> 'max_attempts', task.value ->> 'max_crashes', task.value ->> 'timeout_us',
    task.value ->> 'unique_key', task.value ->> 'unique_key', clock.now + (task.value ->> 'unique_us'),
    task.value ->> 'result_us', task.value ->> 'trace', clock.now
FROM json_each($1) AS task, (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) AS clock
WHERE EXISTS (SELECT 1 FROM velithon_task_meta WHERE store_id = unhex($2, '-'))
ORDER BY task.key
ON CONFLICT DO NOTHING
RETURNING id
