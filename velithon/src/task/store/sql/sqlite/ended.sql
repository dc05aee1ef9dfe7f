-- $1: endings. Answers for each whether its attempt was ended by its holder.
SELECT said.value ->> 'place' AS place, coalesce(run.outcome NOT IN ('lost', 'released'), 0) AS accepted
FROM json_each($1) AS said LEFT JOIN velithon_task_runs AS run
    ON run.task_id = unhex(said.value ->> 'id', '-') AND run.fence = said.value ->> 'fence'
