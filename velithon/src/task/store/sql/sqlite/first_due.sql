-- $1: queue. When its first task is due, or was: one look into the index for each priority.
SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now, (
    SELECT min(run_at) FROM (
        SELECT (
            SELECT run_at FROM velithon_tasks
            WHERE queue = $1 AND state = 'queued' AND priority = level.value
            ORDER BY run_at LIMIT 1) AS run_at
        FROM json_each('[0,1,2,3]') AS level)) AS first
