-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
-- Removes tasks that do not run. Answers their ids.
DELETE FROM velithon_tasks WHERE id IN (
SELECT id FROM velithon_tasks
WHERE id BETWEEN $2::uuid AND $3::uuid
  AND ($1 IS NULL OR id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_array_elements_text($4::json) AS value))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
  AND state <> 'running'
ORDER BY id LIMIT $8 FOR UPDATE)
RETURNING id
