-- $1: queue, $2: how many at once, $3: how many starts, $4: in how long.
INSERT INTO velithon_task_queues (name, concurrency, rate_count, rate_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET
    concurrency = excluded.concurrency, rate_count = excluded.rate_count, rate_us = excluded.rate_us
