-- $1: tasks. Answers who has their unique keys, and which of their ids are there.
SELECT task.value ->> 'place' AS place, held.id AS id, 1 AS by_key
FROM json_each($1) AS task JOIN velithon_tasks AS held ON held.unique_held = task.value ->> 'unique_key'
UNION ALL
SELECT task.value ->> 'place', kept.id, 0
FROM json_each($1) AS task JOIN velithon_tasks AS kept ON kept.id = unhex(task.value ->> 'id', '-')
