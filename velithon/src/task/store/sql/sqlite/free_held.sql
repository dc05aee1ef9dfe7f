-- $1: ids of tasks that wait again. Their unique keys are free again where the period of an ended task is over.
UPDATE velithon_tasks SET unique_held = NULL
WHERE unique_held IN (
    SELECT unique_key FROM velithon_tasks WHERE id IN (SELECT unhex(value, '-') FROM json_each($1)))
  AND state IN ('done', 'cancelled', 'dead')
  AND unique_until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
