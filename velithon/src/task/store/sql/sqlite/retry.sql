-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
-- Puts dead and cancelled tasks back. Answers their ids.
UPDATE velithon_tasks SET state = 'queued', run_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER), attempt = 0, crashes = 0,
    cancel_requested = 0, reason = NULL, finished_at = NULL, keep_until = NULL WHERE id IN (
SELECT id FROM velithon_tasks
WHERE id BETWEEN unhex($2, '-') AND unhex($3, '-')
  AND ($1 IS NULL OR id IN (SELECT unhex(value, '-') FROM json_each($1)))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_each($4)))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
  AND state IN ('dead', 'cancelled')
ORDER BY id LIMIT $8)
RETURNING id
