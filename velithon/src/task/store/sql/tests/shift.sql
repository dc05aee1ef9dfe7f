-- $1: microseconds. All times move into the past, as if the clock had gone on.
UPDATE velithon_tasks SET run_at = run_at - $1, lease_until = lease_until - $1, unique_until = unique_until - $1,
    enqueued_at = enqueued_at - $1, started_at = started_at - $1, finished_at = finished_at - $1,
    keep_until = keep_until - $1;

UPDATE velithon_task_runs SET started_at = started_at - $1, ended_at = ended_at - $1;

UPDATE velithon_task_queues SET tat = tat - $1
