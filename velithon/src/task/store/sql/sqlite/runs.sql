-- $1: ids.
SELECT task_id AS id, fence, worker, started_at, ended_at, outcome, error FROM velithon_task_runs
WHERE task_id IN (SELECT unhex(value, '-') FROM json_each($1)) ORDER BY task_id, fence
