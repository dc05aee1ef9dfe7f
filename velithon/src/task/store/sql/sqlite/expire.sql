-- $1: how many. Removes what is kept no longer. Answers how many those were.
DELETE FROM temp.velithon_chosen;

INSERT INTO temp.velithon_chosen (id)
SELECT id FROM velithon_tasks WHERE keep_until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) ORDER BY keep_until LIMIT $1;

DELETE FROM velithon_task_runs WHERE task_id IN (SELECT id FROM temp.velithon_chosen);

DELETE FROM velithon_tasks WHERE id IN (SELECT id FROM temp.velithon_chosen);

SELECT count(*) AS count FROM temp.velithon_chosen
