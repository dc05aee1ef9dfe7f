-- $1: tasks. Their unique keys are free again where the period of an ended task is over.
UPDATE velithon_tasks SET unique_held = NULL
WHERE id IN (
    SELECT id FROM velithon_tasks
    WHERE unique_held IN (SELECT task.unique_key FROM json_to_recordset($1::json) AS task (unique_key text))
      AND state IN ('done', 'cancelled', 'dead')
      AND unique_until <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    ORDER BY id FOR UPDATE)
