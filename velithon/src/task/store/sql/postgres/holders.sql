-- $1: tasks. Answers who has their unique keys, and which of their ids are there.
WITH task AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS task (place bigint, id uuid, unique_key text))
SELECT task.place, held.id, 1::bigint AS by_key
FROM task JOIN velithon_tasks AS held ON held.unique_held = task.unique_key
UNION ALL
SELECT task.place, kept.id, 0
FROM task JOIN velithon_tasks AS kept ON kept.id = task.id
