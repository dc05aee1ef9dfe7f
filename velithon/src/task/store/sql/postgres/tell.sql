-- $1: task, $2: fence, $3: [part, words]. Answers the task if it is held.
UPDATE velithon_tasks SET progress = $3 WHERE id = $1::uuid AND fence = $2 AND state = 'running' RETURNING id
