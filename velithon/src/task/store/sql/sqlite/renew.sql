-- $1: claims, $2: lease. Answers those that are held, and whether they are to stop.
UPDATE velithon_tasks AS task SET lease_until = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + $2
FROM json_each($1) AS said
WHERE task.id = unhex(said.value ->> 'id', '-') AND task.fence = said.value ->> 'fence' AND task.state = 'running';

SELECT said.value ->> 'place' AS place, task.cancel_requested
FROM json_each($1) AS said
JOIN velithon_tasks AS task ON task.id = unhex(said.value ->> 'id', '-') AND task.fence = said.value ->> 'fence'
WHERE task.state = 'running'
