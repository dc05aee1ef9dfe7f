-- $1: queue, $2: its theoretical arrival time.
UPDATE velithon_task_queues SET tat = $2 WHERE name = $1
