-- $1: claims, $2: lease. Answers those that are held, and whether they are to stop.
WITH said AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS said (place bigint, id uuid, fence bigint)),
held AS MATERIALIZED (
    SELECT task.id, task.fence FROM said JOIN velithon_tasks AS task ON task.id = said.id AND task.fence = said.fence
    WHERE task.state = 'running'
    ORDER BY task.id FOR UPDATE OF task
),
longer AS (
    UPDATE velithon_tasks AS task SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $2
    FROM held WHERE task.id = held.id
    RETURNING task.id, task.fence, task.cancel_requested
)
SELECT said.place, longer.cancel_requested
FROM said JOIN longer ON longer.id = said.id AND longer.fence = said.fence
