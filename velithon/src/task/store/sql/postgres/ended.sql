-- $1: endings. Answers for each whether its attempt was ended by its holder.
SELECT said.place, coalesce(run.outcome NOT IN ('lost', 'released'), false) AS accepted
FROM json_to_recordset($1::json) AS said (place bigint, id uuid, fence bigint)
LEFT JOIN velithon_task_runs AS run ON run.task_id = said.id AND run.fence = said.fence
