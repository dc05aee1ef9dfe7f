-- $1: ids of tasks that wait again. Their unique keys are free again where the period of an ended task is over.
UPDATE velithon_tasks SET unique_held = NULL
WHERE id IN (
    SELECT id FROM velithon_tasks
    WHERE unique_held IN (SELECT unique_key FROM velithon_tasks
                          WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value))
      AND state IN ('done', 'cancelled', 'dead')
      AND unique_until <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    ORDER BY id FOR UPDATE)
