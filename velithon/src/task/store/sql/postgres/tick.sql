-- $1: schedule, $2: tick, $3: its task or nothing. Answers the schedule if this is the first to say so.
INSERT INTO velithon_task_cron (name, tick, task_id) VALUES ($1, $2, $3::uuid)
ON CONFLICT DO NOTHING RETURNING name
