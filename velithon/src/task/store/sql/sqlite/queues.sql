-- How each queue stands.
WITH clock AS MATERIALIZED (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now),
waiting AS (SELECT queue, count(*) AS count, min(run_at) AS oldest FROM velithon_tasks WHERE state = 'queued' GROUP BY queue),
running AS (SELECT queue, count(*) AS count FROM velithon_tasks WHERE state = 'running' GROUP BY queue)
SELECT names.name, coalesce(queue.paused, 0) AS paused, coalesce(waiting.count, 0) AS queued,
    coalesce(running.count, 0) AS running, CASE WHEN waiting.oldest <= clock.now THEN clock.now - waiting.oldest END AS oldest_due
FROM (SELECT name FROM velithon_task_queues UNION SELECT queue FROM waiting UNION SELECT queue FROM running) AS names
JOIN clock ON true
LEFT JOIN velithon_task_queues AS queue ON queue.name = names.name
LEFT JOIN waiting ON waiting.queue = names.name
LEFT JOIN running ON running.queue = names.name
ORDER BY names.name
