-- $1: ids, $2 and $3: the first and the last id, $4: states, $5: name, $6: queue, $7: reason, $8: how many.
-- Puts dead and cancelled tasks back. Answers their ids.
UPDATE velithon_tasks SET state = 'queued', run_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, attempt = 0, crashes = 0,
    cancel_requested = false, reason = NULL, finished_at = NULL, keep_until = NULL WHERE id IN (
SELECT id FROM velithon_tasks
WHERE id BETWEEN $2::uuid AND $3::uuid
  AND ($1 IS NULL OR id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS value))
  AND ($4 IS NULL OR state IN (SELECT value FROM json_array_elements_text($4::json) AS value))
  AND ($5 IS NULL OR name = $5) AND ($6 IS NULL OR queue = $6) AND ($7 IS NULL OR reason = $7)
  AND state IN ('dead', 'cancelled')
ORDER BY id LIMIT $8 FOR UPDATE)
RETURNING id
