-- $1: ids of tasks that wait again: each has its unique key again if no other task has it.
UPDATE OR IGNORE velithon_tasks SET unique_held = unique_key
WHERE id IN (SELECT unhex(value, '-') FROM json_each($1)) AND unique_held IS NULL;

SELECT DISTINCT queue FROM velithon_tasks WHERE id IN (SELECT unhex(value, '-') FROM json_each($1))
