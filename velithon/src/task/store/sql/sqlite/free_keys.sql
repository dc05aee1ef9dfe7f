-- $1: tasks. Their unique keys are free again where the period of an ended task is over.
UPDATE velithon_tasks SET unique_held = NULL
WHERE unique_held IN (SELECT task.value ->> 'unique_key' FROM json_each($1) AS task)
  AND state IN ('done', 'cancelled', 'dead')
  AND unique_until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
