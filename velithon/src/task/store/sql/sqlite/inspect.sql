-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
SELECT id, name, queue, priority, state, run_at, payload, attempt, max_attempts, crashes, fence, worker,
    cancel_requested, progress, error, reason, enqueued_at, started_at, finished_at,
    CASE WHEN finished_at + result_us > CAST(unixepoch('subsec') * 1000000 AS INTEGER) THEN result END AS result
FROM velithon_tasks
WHERE id BETWEEN unhex($2, '-') AND unhex($3, '-')
  AND ($1 IS NULL OR id IN (SELECT unhex(value, '-') FROM json_each($1)))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_each($4)))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
ORDER BY id LIMIT $8
