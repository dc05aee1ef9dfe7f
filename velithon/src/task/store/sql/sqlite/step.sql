-- $1: task, $2: fence, $3: {step: result}. Answers the task if it is held.
UPDATE velithon_tasks SET steps = json_patch(coalesce(steps, '{}'), $3)
WHERE id = unhex($1, '-') AND fence = $2 AND state = 'running' RETURNING id
