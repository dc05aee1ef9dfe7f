-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
-- Removes tasks that do not run. Answers their ids.
DELETE FROM velithon_tasks WHERE id IN (
SELECT id FROM velithon_tasks
WHERE id BETWEEN unhex($2, '-') AND unhex($3, '-')
  AND ($1 IS NULL OR id IN (SELECT unhex(value, '-') FROM json_each($1)))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_each($4)))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
  AND state <> 'running'
ORDER BY id LIMIT $8)
RETURNING id
