-- $1: ids.
SELECT task_id AS id, fence, worker, started_at, ended_at, outcome, error FROM velithon_task_runs
WHERE task_id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value) ORDER BY task_id, fence
