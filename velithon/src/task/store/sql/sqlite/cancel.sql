-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
-- Calls tasks off: what waits at once, what runs by asking it. Answers their ids.
UPDATE velithon_tasks SET
    cancel_requested = CASE state WHEN 'running' THEN 1 ELSE cancel_requested END,
    reason = CASE state WHEN 'running' THEN reason END,
    finished_at = CASE state WHEN 'queued' THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) END,
    keep_until = CASE state WHEN 'queued' THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) + 86400000000 END,
    unique_held = CASE WHEN state = 'running' OR unique_until > CAST(unixepoch('subsec') * 1000000 AS INTEGER) THEN unique_held END,
    state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END WHERE id IN (
SELECT id FROM velithon_tasks
WHERE id BETWEEN unhex($2, '-') AND unhex($3, '-')
  AND ($1 IS NULL OR id IN (SELECT unhex(value, '-') FROM json_each($1)))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_each($4)))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
  AND state IN ('queued', 'running')
ORDER BY id LIMIT $8)
RETURNING id
