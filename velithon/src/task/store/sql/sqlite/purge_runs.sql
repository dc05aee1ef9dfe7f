-- $1: ids of tasks that are gone.
DELETE FROM velithon_task_runs WHERE task_id IN (SELECT unhex(value, '-') FROM json_each($1))
