-- $1: ids of tasks that are gone.
DELETE FROM velithon_task_runs WHERE task_id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value)
