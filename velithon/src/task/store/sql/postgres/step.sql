-- $1: task, $2: fence, $3: {step: result}. Answers the task if it is held.
UPDATE velithon_tasks SET steps = (coalesce(steps, '{}')::jsonb || $3::jsonb)::text
WHERE id = $1::uuid AND fence = $2 AND state = 'running' RETURNING id
