-- $1: how many. Removes what is kept no longer. Answers how many those were.
WITH over AS MATERIALIZED (
    SELECT id FROM velithon_tasks WHERE keep_until <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    ORDER BY keep_until LIMIT $1 FOR UPDATE SKIP LOCKED
),
run AS (DELETE FROM velithon_task_runs WHERE task_id IN (SELECT id FROM over)),
task AS (DELETE FROM velithon_tasks WHERE id IN (SELECT id FROM over) RETURNING id)
SELECT count(*) AS count FROM task
