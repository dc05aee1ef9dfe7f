-- $1: queue. Answers its limits and how much of them is used.
SELECT queue.paused, queue.concurrency, queue.rate_count, queue.rate_us, queue.tat,
    (SELECT count(*) FROM velithon_tasks WHERE state = 'running' AND queue = $1) AS running,
    CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now
FROM velithon_task_queues AS queue WHERE queue.name = $1
