-- $1: ids of tasks that wait again: each has its unique key again if no other task has it.
WITH revived AS MATERIALIZED (
    SELECT id, queue, unique_key, unique_held FROM velithon_tasks
    WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value)
),
held AS (
    UPDATE velithon_tasks AS task SET unique_held = task.unique_key
    FROM (SELECT DISTINCT ON (unique_key) id, unique_key FROM revived WHERE unique_held IS NULL ORDER BY unique_key, id) AS first
    WHERE task.id = first.id
        AND NOT EXISTS (SELECT FROM velithon_tasks AS other WHERE other.unique_held = first.unique_key)
)
SELECT DISTINCT queue FROM revived
