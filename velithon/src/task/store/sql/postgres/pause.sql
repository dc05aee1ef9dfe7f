-- $1: queue, $2: whether nothing is claimed from it.
INSERT INTO velithon_task_queues (name, paused) VALUES ($1, $2 <> 0)
ON CONFLICT (name) DO UPDATE SET paused = excluded.paused
